/**
 * Something that a renderer shows and that changes. Both functions are bound, so that React's
 * `useSyncExternalStore(view.subscribe, view.getSnapshot)` takes them as they are. A snapshot is never
 * changed: what changed is a new object, and what did not is the same one as before.
 */
export interface Observable<T> {
  readonly getSnapshot: () => T;
  /** Calls `listener` after each change, at most as often as the view's frame rate. Returns the way to stop. */
  readonly subscribe: (listener: () => void) => () => void;
}

/** The surroundings of a view; injected, so that tests own the time. */
export interface ViewClock {
  /** Epoch milliseconds. */
  now(): number;
  /** Returns the way to cancel. */
  setTimer(run: () => void, milliseconds: number): () => void;
}

/** A failure as the renderers show it: the stable code and what to do. */
export interface ViewError {
  code: string;
  message: string;
}
