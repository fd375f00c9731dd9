import { createContext, use, useEffect, useState } from "react";
import { createClient, type Client } from "../../client/http-client.js";
import { createApprovals, type ApprovalsView } from "../../view/approvals-view.js";
import type { ViewClock } from "../../view/observable.js";
import { createServerSource } from "../../view/server-source.js";
import { createSessionList } from "../../view/session-list.js";
import type { SessionListView } from "../../view/session-list-types.js";
import type { ViewSource } from "../../view/source.js";
import type { Router } from "../router.js";
import { createAlerts, type Alerts } from "./alerts.js";
import { createSessionTitles, type SessionTitles } from "./session-titles.js";
import { createTestSessions, type TestSessions } from "./test-sessions.js";
import { createToasts, type Toasts } from "./toast-store.js";

/** What every page works with; lives as long as the document. */
export interface Services {
  source: ViewSource;
  client: Client;
  clock: ViewClock;
  /** All sessions, live: the list shows them, and the frame their connection and who waits. */
  sessions: SessionListView;
  approvals: ApprovalsView;
  toasts: Toasts;
  alerts: Alerts;
  testSessions: TestSessions;
  titles: SessionTitles;
}

export interface ServicesOptions {
  /** Of the API. */
  url: string;
  clock: ViewClock;
  page: Window & { Notification?: typeof Notification };
  router: Router;
}

export function createServices({ url, clock, page, router }: ServicesOptions): Services {
  const source = createServerSource({ url });
  const client = createClient({ url });
  const toasts = createToasts(clock);
  const alerts = createAlerts({
    page,
    clock,
    open: ({ sessionId, seq }) => router.navigate(router.href({ page: "session", sessionId }, { event: seq })),
    isShown: (sessionId) => {
      const { route } = router.getLocation();
      return route.page === "session" && route.sessionId === sessionId;
    },
  });
  const testSessions = createTestSessions({ client, clock, toasts });
  const titles = createSessionTitles(source);
  const approvals = createApprovals({ source, clock });
  const sessions = createSessionList({
    source,
    clock,
    onEvent: (event) => {
      alerts.take(event);
      testSessions.take(event);
      approvals.take(event);
    },
  });
  return { source, client, clock, sessions, approvals, toasts, alerts, testSessions, titles };
}

export const ServicesContext = createContext<Services | null>(null);

export function useServices(): Services {
  const services = use(ServicesContext);
  if (!services) throw new Error("There are no services above this component.");
  return services;
}

/** A view model that lives as long as the component: made at first, closed with it. */
export function useOwnView<T extends { close(): void }>(make: () => T): T | null {
  const [view, setView] = useState<T | null>(null);
  useEffect(() => {
    const made = make();
    setView(made);
    return () => made.close();
    // A component that needs another view is given another key.
  }, []);
  return view;
}
