import { alertOf, type Alert } from "../../view/alerts.js";
import type { LiveEvent } from "../../client/types.js";
import type { Observable, ViewClock } from "../../view/observable.js";

/** Whether desktop notifications are on; `blocked`: the browser refuses, `unavailable`: it has none here. */
export type AlertsState = "on" | "off" | "blocked" | "unavailable";

export interface Alerts extends Observable<AlertsState> {
  /** Asks the browser where it has to be asked. */
  turn(on: boolean): Promise<AlertsState>;
  /** Tells of an event, where it is one to tell of. */
  take(event: LiveEvent): void;
}

export interface AlertsOptions {
  page: Pick<Window, "localStorage" | "document" | "focus"> & { Notification?: typeof Notification };
  clock: ViewClock;
  /** Shows the session, at the event. */
  open: (alert: Alert) => void;
  /** Whether somebody looks at this session right now. */
  isShown: (sessionId: string) => boolean;
}

const storageKey = "claude-sessions-alerts";
/** What was made up for after a lost connection is no news. */
const newsMs = 60_000;
const titles = { waiting: "waits for you", failed: "failed", ended: "ended" } as const;

/** Desktop notifications for sessions that begin to wait, fail or end; off until somebody turns them on. */
export function createAlerts({ page, clock, open, isShown }: AlertsOptions): Alerts {
  const listeners = new Set<() => void>();
  const { Notification } = page;
  let wanted = read(page);

  function state(): AlertsState {
    if (!Notification) return "unavailable";
    if (Notification.permission === "denied") return "blocked";
    return wanted && Notification.permission === "granted" ? "on" : "off";
  }

  function notify(alert: Alert): void {
    const { sessionId, kind, text } = alert;
    const shown = new Notification!(`${sessionId} ${titles[kind]}`, { body: text, tag: sessionId });
    shown.addEventListener("click", () => {
      page.focus();
      open(alert);
      shown.close();
    });
  }

  return {
    getSnapshot: state,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    turn: async (on) => {
      if (on && Notification?.permission === "default") await Notification.requestPermission();
      wanted = on;
      keep(page, on);
      for (const listener of listeners) listener();
      return state();
    },
    take: (event) => {
      // Whether it may is asked last: the browser takes its time to say so.
      const alert = wanted ? alertOf(event) : null;
      if (!alert || clock.now() - alert.at > newsMs || state() !== "on") return;
      if (!(page.document.hasFocus() && isShown(alert.sessionId))) notify(alert);
    },
  };
}

function read(page: Pick<Window, "localStorage">): boolean {
  try {
    return page.localStorage.getItem(storageKey) === "on";
  } catch {
    return false;
  }
}

function keep(page: Pick<Window, "localStorage">, on: boolean): void {
  try {
    page.localStorage.setItem(storageKey, on ? "on" : "off");
  } catch {
    // A browser that keeps nothing forgets the choice with the page.
  }
}
