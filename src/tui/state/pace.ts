import type { Observable, ViewClock } from "../../view/observable.js";

/** How often what comes by itself is drawn. Keys are answered at once. */
export interface Pace {
  /** A person did something: what changes next is drawn without delay. */
  urgent(): void;
  /** The same snapshots; listeners hear of them as often as the pace allows. */
  paced<T>(view: Observable<T>): Observable<T>;
}

/** Between two frames, in milliseconds. */
const fastest = 50;
const slowest = 500;
/** Of one core: what the whole program may take while nobody touches a key. */
const cpuShare = 0.16;
const measuredOver = 400;
/** What a key sets off has this long to show. */
const urgencyMs = 200;

/**
 * A large screen that changes everywhere costs many times what a small one does, and machines
 * differ: frames come as often as the program's share of a core allows.
 *
 * @param cpu milliseconds of a core that the program has taken so far
 */
export function createPace(clock: ViewClock, cpu: () => number): Pace {
  let interval = fastest;
  let measured = { at: clock.now(), cpu: cpu() };
  let lastAt = -Infinity;
  let urgentUntil = -Infinity;
  const waiting = new Set<() => void>();
  let cancel: (() => void) | undefined;

  function adapt(now: number): void {
    const elapsed = now - measured.at;
    if (elapsed < measuredOver) return;
    const used = cpu();
    const change = (used - measured.cpu) / elapsed / cpuShare;
    interval = Math.min(slowest, Math.max(fastest, interval * Math.min(1.5, Math.max(0.7, change))));
    measured = { at: now, cpu: used };
  }

  function run(): void {
    cancel?.();
    cancel = undefined;
    lastAt = clock.now();
    adapt(lastAt);
    const listeners = [...waiting];
    waiting.clear();
    for (const listener of listeners) listener();
  }

  function request(listener: () => void): void {
    waiting.add(listener);
    const now = clock.now();
    const wait = now < urgentUntil ? 0 : lastAt + interval - now;
    if (wait <= 0) run();
    else cancel ??= clock.setTimer(run, wait);
  }

  return {
    urgent() {
      urgentUntil = clock.now() + urgencyMs;
    },
    paced: (view) => ({
      getSnapshot: view.getSnapshot,
      subscribe(listener) {
        const stop = view.subscribe(() => request(listener));
        return () => {
          waiting.delete(listener);
          stop();
        };
      },
    }),
  };
}
