import type { Client } from "../../client/http-client.js";
import type { LiveEvent } from "../../client/types.js";
import type { Observable, ViewClock } from "../../view/observable.js";
import { toViewError } from "../../view/view-error.js";
import type { Toasts } from "./toast-store.js";

export interface TestSessions extends Observable<ReadonlySet<string>> {
  /** Creates one and plays it; resolves with its id once it is there, null where that failed (and was said). */
  create(): Promise<string | null>;
  /** Deletes a session, and stops it where it still plays. */
  remove(sessionId: string): Promise<void>;
  /** A session that somebody deletes is not written to again: that would create it anew. */
  take(event: LiveEvent): void;
}

interface TestSessionsOptions {
  client: Client;
  clock: ViewClock;
  toasts: Toasts;
}

/** The test sessions that this page plays. */
export function createTestSessions({ client, clock, toasts }: TestSessionsOptions): TestSessions {
  const listeners = new Set<() => void>();
  const stops = new Map<string, AbortController>();
  let playing: ReadonlySet<string> = new Set();
  let story = 0;
  const changed = () => {
    playing = new Set(stops.keys());
    for (const listener of listeners) listener();
  };
  const fail = (error: unknown) => toasts.show({ tone: "error", text: toViewError(error).message });
  const stop = (sessionId: string) => {
    stops.get(sessionId)?.abort();
    stops.delete(sessionId);
    changed();
  };

  function create(): Promise<string | null> {
    const { promise, resolve } = Promise.withResolvers<string | null>();
    const controller = new AbortController();
    let created: string | null = null;
    const onCreated = (sessionId: string) => {
      created = sessionId;
      stops.set(sessionId, controller);
      changed();
      resolve(sessionId);
    };
    // The stories are loaded with the first one that is told.
    import("../../view/test-session.js")
      .then(({ playTestSession }) =>
        playTestSession({ client, clock, signal: controller.signal, story: story++, onCreated }),
      )
      .catch((error: unknown) => {
        if (!controller.signal.aborted) fail(error);
      })
      .finally(() => {
        if (created !== null) stop(created);
        resolve(created);
      });
    return promise;
  }

  return {
    getSnapshot: () => playing,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    create,
    remove: async (sessionId) => {
      stop(sessionId);
      try {
        await client.deleteSession(sessionId);
        toasts.show({ tone: "ok", text: `Deleted ${sessionId}.` });
      } catch (error) {
        fail(error);
      }
    },
    take: (event) => {
      if (event.type === "session_deleted" && stops.has(event.sessionId)) stop(event.sessionId);
    },
  };
}
