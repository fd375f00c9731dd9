import type { SessionStore } from "../../storage/session-store.js";
import type { EncodedPage, LineFilter } from "./encoded-page.js";

const mostOwners = 10_000;

/** Whose session is whose, as far as readers that follow one user need it; the oldest is forgotten first. */
export class Owners {
  private readonly store: SessionStore;
  private readonly known = new Map<string, string | null>();

  constructor(store: SessionStore) {
    this.store = store;
  }

  remember(sessionId: string, userId: string | null): void {
    this.known.delete(sessionId);
    this.known.set(sessionId, userId);
    if (this.known.size > mostOwners) this.known.delete(this.known.keys().next().value!);
  }

  /** Looks up whose the sessions of a page are; again for those whose metadata the page changes. */
  async prepare(page: EncodedPage): Promise<void> {
    const unknown = new Set<string>();
    for (const { head } of page.lines) {
      const changes = head.type === "session_created" || head.type === "metadata_updated";
      if (changes || !this.known.has(head.sessionId)) unknown.add(head.sessionId);
    }
    await Promise.all([...unknown].map((sessionId) => this.lookUp(sessionId)));
  }

  private async lookUp(sessionId: string): Promise<void> {
    const session = await this.store.readSession(sessionId);
    if (session) this.remember(sessionId, session.metadata.userId);
  }

  filter(userId: string): LineFilter {
    return ({ sessionId }) => this.known.get(sessionId) === userId;
  }
}
