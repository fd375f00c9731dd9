import { expect, test, vi } from "vitest";
import type { SessionEvent } from "../../core/event.js";
import { manualClock } from "../../view/testing/manual-clock.js";
import { createAlerts, type AlertsOptions } from "./alerts.js";

function setUp({ permission = "granted", focused = false, shown = "" } = {}) {
  const titles: string[] = [];
  class FakeNotification extends EventTarget {
    static permission = permission;
    static async requestPermission() {
      FakeNotification.permission = "granted";
      return "granted";
    }
    constructor(title: string) {
      super();
      titles.push(title);
    }
  }
  const kept = new Map<string, string>();
  const page = {
    Notification: FakeNotification,
    localStorage: {
      getItem: (key: string) => kept.get(key) ?? null,
      setItem: (key: string, value: string) => kept.set(key, value),
    },
    document: { hasFocus: () => focused },
    focus: () => {},
  } as unknown as AlertsOptions["page"];
  const clock = manualClock();
  const options = { page, clock, open: vi.fn<AlertsOptions["open"]>(), isShown: (id: string) => id === shown };
  const ended = (sessionId: string, at = clock.now()): SessionEvent => {
    const timestamp = new Date(at).toISOString();
    return { type: "session_finalized", sessionId, seq: 9, timestamp, receivedAt: timestamp, eventId: "e", data: {} };
  };
  return { alerts: createAlerts(options), again: () => createAlerts(options), titles, ended, clock };
}

test("is silent until somebody turns it on, and remembers that", async () => {
  const { alerts, again, titles, ended } = setUp();
  alerts.take(ended("a"));
  expect([alerts.getSnapshot(), titles]).toEqual(["off", []]);
  expect(await alerts.turn(true)).toBe("on");
  alerts.take(ended("a"));
  expect(titles).toEqual(["a ended"]);
  expect(again().getSnapshot()).toBe("on");
  expect(await alerts.turn(false)).toBe("off");
  alerts.take(ended("b"));
  expect(titles).toHaveLength(1);
});

test("asks the browser only when it is turned on", async () => {
  const { alerts } = setUp({ permission: "default" });
  expect(alerts.getSnapshot()).toBe("off");
  expect(await alerts.turn(true)).toBe("on");
  const blocked = setUp({ permission: "denied" }).alerts;
  expect(await blocked.turn(true)).toBe("blocked");
});

test("says nothing of old news, nor of the session that somebody looks at", async () => {
  const { alerts, titles, ended, clock } = setUp({ focused: true, shown: "looked-at" });
  await alerts.turn(true);
  alerts.take(ended("old", clock.now() - 120_000));
  alerts.take(ended("looked-at"));
  alerts.take(ended("other"));
  expect(titles).toEqual(["other ended"]);
});
