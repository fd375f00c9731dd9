import type { Observable, ViewClock } from "../view/observable.js";
import { createSessionList } from "../view/session-list.js";
import type { SessionListView } from "../view/session-list-types.js";
import { createSessionView } from "../view/session-view.js";
import type { SessionView } from "../view/session-view-types.js";
import type { ViewSource } from "../view/source.js";

/** A frame takes longer to draw than a server near by takes to answer; one far away is not waited for. */
const patienceMs = 200;

/** What the dashboard opens with, begun before there is a screen for it; each view is given out once. */
export interface BegunView {
  /** Resolves once there is something to show, or it takes too long. */
  ready: Promise<void>;
  session(sessionId: string): SessionView | undefined;
  list(): SessionListView | undefined;
  /** Closes what nobody took. */
  close(): void;
}

export function beginView(source: ViewSource, clock: ViewClock, sessionId: string | undefined): BegunView {
  let list = sessionId === undefined ? createSessionList({ source, clock }) : undefined;
  let session = sessionId === undefined ? undefined : createSessionView({ source, clock, sessionId });
  const ready = list
    ? settled(list, clock, ({ loading, error }) => !loading || error !== null)
    : settled(session!, clock, ({ phase, feed }) => phase !== "loading" && feed.loading === null);
  return {
    ready,
    session(id) {
      const view = id === sessionId ? session : undefined;
      if (view) session = undefined;
      return view;
    },
    list() {
      const view = list;
      list = undefined;
      return view;
    },
    close() {
      list?.close();
      session?.close();
    },
  };
}

function settled<T>(view: Observable<T>, clock: ViewClock, isThere: (snapshot: T) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      stop();
      cancel();
      resolve();
    };
    const cancel = clock.setTimer(end, patienceMs);
    const stop = view.subscribe(() => {
      if (isThere(view.getSnapshot())) end();
    });
  });
}
