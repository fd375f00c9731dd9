import { givenTitle, readFirstPrompt, sessionName } from "../../view/session-title.js";
import type { ViewSource } from "../../view/source.js";

const remembered = 500;
const atOnce = 4;

/** Titles of sessions that are named out of their turn: in hits, requests and links. Bounded. */
export interface SessionTitles {
  /** Null where it has none, or it is not known yet. */
  get(sessionId: string): string | null;
  /** Reads it, once. */
  want(sessionId: string): void;
  subscribe(listener: () => void): () => void;
}

export function createSessionTitles(source: Pick<ViewSource, "session" | "events">): SessionTitles {
  const listeners = new Set<() => void>();
  const known = new Map<string, string | null>();
  const queue: string[] = [];
  let reading = 0;

  async function read(sessionId: string): Promise<void> {
    reading += 1;
    const title = await readTitle(source, sessionId).catch(() => null);
    reading -= 1;
    known.set(sessionId, title);
    if (title !== null) for (const listener of listeners) listener();
    work();
  }

  function work(): void {
    while (reading < atOnce) {
      // What was asked for last is what is looked at.
      const next = queue.pop();
      if (next === undefined) return;
      void read(next);
    }
  }

  return {
    get: (sessionId) => known.get(sessionId) ?? null,
    want: (sessionId) => {
      // An id that a person chose is name enough.
      if (known.has(sessionId) || sessionName({ sessionId, title: "?" }).name === sessionId) return;
      known.set(sessionId, null);
      if (known.size > remembered) known.delete(known.keys().next().value!);
      queue.push(sessionId);
      work();
    },
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

async function readTitle(source: Pick<ViewSource, "session" | "events">, sessionId: string): Promise<string | null> {
  const { metadata } = await source.session(sessionId);
  return givenTitle(metadata) ?? readFirstPrompt(source, sessionId);
}
