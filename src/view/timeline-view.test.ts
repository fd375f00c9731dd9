import { expect, test, vi } from "vitest";
import type { SessionEvent } from "../core/event.js";
import type { State } from "../core/state.js";
import { manualClock } from "./testing/manual-clock.js";
import { began, makeEvent, makeLog } from "./testing/make-events.js";
import { MemorySource } from "./testing/memory-source.js";
import { createTimelineView } from "./timeline-view.js";
import type { TimelineView } from "./timeline-types.js";

async function open(log: readonly SessionEvent[]) {
  const source = new MemorySource();
  const clock = manualClock();
  source.write(log);
  const view = createTimelineView({ source, clock, sessionId: "s" });
  const tell = async (): Promise<void> => {
    const { state, metadata } = await source.session("s");
    view.update({
      head: metadata.eventCount,
      begin: began,
      end: began + metadata.eventCount * 1_000,
      agents: state.agents,
    });
  };
  await tell();
  await settled(view);
  return { source, clock, view, tell };
}

async function settled(view: TimelineView): Promise<void> {
  await vi.waitFor(() => expect(view.getSnapshot()).toMatchObject({ loading: false, error: null }));
}

const call = (id: string, more = {}) =>
  ["+bash_exec", { toolCallId: id, tool: "Bash", input: { command: id }, ...more }] as const;
const result = (id: string, more = {}) =>
  ["-tool_result", { toolCallId: id, tool: "Bash", status: "ok", ...more }] as const;

test("shows what each agent did, and what happened at the same time below each other", async () => {
  const { view } = await open(
    makeLog([
      ["session_created"],
      ["+user_prompt", { text: "go", turn: "t" }],
      ["agent_spawned", { agentId: "a", type: "explorer" }],
      call("c1", { turn: "t" }),
      call("c2", { turn: "t" }),
      call("c3", { agentId: "a" }),
      result("c1", { turn: "t" }),
      result("c2", { turn: "t", status: "error" }),
      ["agent_completed", { agentId: "a" }],
      call("c4", { turn: "t" }),
    ]),
  );
  const { lanes, domain, window } = view.getSnapshot();
  expect(window).toEqual(domain);
  expect(lanes.map(({ agentId, name, depth, rows }) => [agentId, name, depth, rows])).toEqual([
    [null, "main", 0, 2],
    ["a", "explorer", 1, 1],
  ]);
  const told = lanes[0]!.spans.map(({ kind, text, row, status, open, from, to }) => [
    kind,
    text,
    row,
    status,
    open,
    to - from,
  ]);
  expect(told).toEqual([
    ["session", "created", 0, "none", false, 0],
    ["prompt", "go", 0, "none", false, 8_000],
    ["tool", "c1", 0, "ok", false, 3_000],
    ["tool", "c2", 1, "error", false, 3_000],
    ["tool", "c4", 0, "running", true, 0],
  ]);
  expect(lanes[1]!.life).toEqual({ from: began + 3_000, to: began + 9_000 });
});

test("goes on where the log does, and reads only what is new", async () => {
  const { source, clock, view, tell } = await open(makeLog([["session_created"], call("c1")]));
  source.asked.length = 0;
  source.write([makeEvent(3, "response", { type: "tool_result", toolCallId: "c1", tool: "Bash", status: "ok" })]);
  await tell();
  await clock.advance(1_000);
  await settled(view);
  expect(view.getSnapshot().lanes[0]!.spans.at(-1)).toMatchObject({ status: "ok", open: false });
  expect(source.asked.filter((line) => line.startsWith("events"))).toEqual(["events s 2 4 1000"]);
});

test("shows a long log by its prompts and how dense it is, and a part of it one by one", async () => {
  const log = Array.from({ length: 20_000 }, (_, index) =>
    index % 1_000 === 0
      ? makeEvent(index + 1, "action", { type: "user_prompt", text: `prompt ${index}` })
      : makeEvent(index + 1, "action", { type: "bash_exec", tool: "Bash", input: { command: `c${index}` } }),
  );
  const { source, view } = await open(log);
  const whole = view.getSnapshot();
  expect(whole.coarse).toBe(true);
  expect(whole.lanes[0]!.spans).toHaveLength(20);
  expect(whole.density.reduce((sum, count) => sum + count, 0)).toBeCloseTo(20_000, 0);
  expect(source.asked.length).toBeLessThan(160);

  view.setWindow({ from: began + 5_000_000, to: began + 5_100_000 });
  await settled(view);
  const part = view.getSnapshot();
  expect(part.coarse).toBe(false);
  const inside = part.lanes[0]!.spans.filter(({ from }) => from >= began + 5_000_000 && from <= began + 5_100_000);
  expect(inside).toHaveLength(101);
  expect(part.lanes[0]!.spans.length).toBeLessThan(4_000);
});

test("zooms and moves within the session", async () => {
  const { view } = await open(makeLog(Array.from({ length: 101 }, () => ["state_updated"] as const)));
  const domain = view.getSnapshot().domain!;
  view.zoom(0.5);
  const { window } = view.getSnapshot();
  expect(window!.to - window!.from).toBe((domain.to - domain.from) / 2);
  view.pan(-9);
  expect(view.getSnapshot().window!.from).toBe(domain.from);
  view.zoom(100);
  expect(view.getSnapshot().window).toEqual(domain);
});

test("says what went wrong, and reads again when asked", async () => {
  const { source, view } = await open(makeLog([["session_created"], call("c1")]));
  const agents: State["agents"] = [];
  const { AppError } = await import("../core/errors.js");
  source.failure = new AppError("no_server", "No server answers.");
  source.write([makeEvent(3, "action", { type: "notification" })]);
  view.update({ head: 3, begin: began, end: began + 3_000, agents });
  view.setWindow(null);
  await vi.waitFor(() => expect(view.getSnapshot().error).toMatchObject({ code: "no_server" }));
  source.failure = null;
  view.setWindow(null);
  await settled(view);
});
