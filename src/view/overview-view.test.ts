import { expect, onTestFinished, test, vi } from "vitest";
import type { UsageReport } from "../core/reports.js";
import { AppError } from "../core/errors.js";
import { createOverview, type ReportSource } from "./overview-view.js";
import { manualClock } from "./testing/manual-clock.js";

const tools = { sessions: 0, results: 0, tools: [], failures: [] };

function usage(since: string, day: string): UsageReport {
  const row = { key: day, sessions: 1, calls: 1, tokens: 5, cost: 2 };
  return { since, sessions: 1, complete: true, total: row, days: [row], users: [], models: [] };
}

function open(source: Partial<ReportSource>) {
  const clock = manualClock();
  const read = vi.fn<ReportSource["usage"]>(source.usage ?? (async () => usage("2026-03-01", "2026-03-02")));
  const view = createOverview({ source: { tools: async () => tools, ...source, usage: read }, clock, days: 3 });
  onTestFinished(() => view.close());
  return { view, clock, read };
}

test("gives every day of the period its figures", async () => {
  const { view, clock } = open({});
  await clock.advance(100);
  expect(view.getSnapshot().daily).toEqual([
    { day: "2026-03-01", tokens: 0, cost: 0 },
    { day: "2026-03-02", tokens: 5, cost: 2 },
    { day: "2026-03-03", tokens: 0, cost: 0 },
  ]);
});

test("reads anew while somebody listens, and at once for another period", async () => {
  const { view, clock, read } = open({});
  await clock.advance(60_000);
  expect(read).toHaveBeenCalledTimes(1);
  const stop = view.subscribe(() => {});
  await clock.advance(25_000);
  expect(read).toHaveBeenCalledTimes(3);
  view.setDays(30);
  await clock.advance(0);
  expect(read).toHaveBeenLastCalledWith({ days: 30 });
  stop();
  await clock.advance(60_000);
  expect(read).toHaveBeenCalledTimes(4);
});

test("keeps what it has where reading fails, and says so", async () => {
  let fails = false;
  const { view, clock } = open({
    usage: async () => {
      if (fails) throw new AppError("no_server", "Nobody answers.");
      return usage("2026-03-01", "2026-03-01");
    },
  });
  await clock.advance(100);
  fails = true;
  view.refresh();
  await clock.advance(100);
  expect(view.getSnapshot()).toMatchObject({ error: { code: "no_server" }, usage: { sessions: 1 } });
  fails = false;
  view.refresh();
  await clock.advance(100);
  expect(view.getSnapshot().error).toBeNull();
});
