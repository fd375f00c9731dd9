import type { CommitHint } from "../session-store.js";
import type { Notify } from "./notice.js";

/** Who wants to hear of commits. One that fails is reported and holds up nobody. */
export class CommitListeners {
  private readonly listeners = new Set<(hint: CommitHint) => void>();
  private readonly notify: Notify;

  constructor(notify: Notify) {
    this.notify = notify;
  }

  add(listener: (hint: CommitHint) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  tell(hint: CommitHint): void {
    for (const listener of this.listeners) {
      try {
        listener(hint);
      } catch (error) {
        this.notify({ level: "error", message: "A listener to commits failed", detail: { error } });
      }
    }
  }

  clear(): void {
    this.listeners.clear();
  }
}
