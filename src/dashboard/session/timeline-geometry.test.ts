import { expect, test } from "vitest";
import type { TimelineLane, TimelineSpan } from "../../view/timeline-types.js";
import { boxOf, placeLanes, spanAt, ticksOf, timeAt, xOf } from "./timeline-geometry.js";

const axis = { window: { from: 1_000, to: 2_000 }, width: 500 };

function span(key: string, from: number, to: number, more: Partial<TimelineSpan> = {}): TimelineSpan {
  return { key, from, to, seq: 1, kind: "tool", status: "ok", open: false, row: 0, label: "", text: "", ...more };
}

function lane(spans: TimelineSpan[], rows = 1): TimelineLane {
  return { agentId: null, name: "main", depth: 0, life: null, rows, spans };
}

test("maps times to pixels and back", () => {
  expect(xOf(1_500, axis)).toBe(250);
  expect(timeAt(250, axis)).toBe(1_500);
});

test("puts lanes below each other, each as tall as its rows", () => {
  const { placed, height } = placeLanes([lane([], 2), lane([], 1)]);
  expect(placed[1]!.top).toBe(placed[0]!.height);
  expect(placed[0]!.height).toBeGreaterThan(placed[1]!.height);
  expect(height).toBe(placed[0]!.height + placed[1]!.height);
});

test("draws what takes no time wide enough to be seen, and nothing outside", () => {
  const { placed } = placeLanes([lane([])]);
  expect(boxOf(span("a", 1_500, 1_500), placed[0]!, axis)!.width).toBeGreaterThanOrEqual(3);
  expect(boxOf(span("b", 10, 20), placed[0]!, axis)).toBeUndefined();
  expect(boxOf(span("c", 0, 9_000), placed[0]!, axis)!.width).toBeLessThanOrEqual(axis.width + 4);
});

test("finds what was done before the turn that it lies on", () => {
  const { placed } = placeLanes([lane([span("turn", 1_000, 2_000, { kind: "prompt" }), span("call", 1_400, 1_600)])]);
  const y = placed[0]!.height / 2;
  expect(spanAt(placed, axis, 250, y)?.key).toBe("call");
  expect(spanAt(placed, axis, 20, y)?.key).toBe("turn");
  expect(spanAt(placed, axis, 250, 999)).toBeUndefined();
});

test("names round times, not too close to each other", () => {
  const from = Date.parse("2026-03-01T10:00:07Z");
  const ticks = ticksOf({ window: { from, to: from + 3_600_000 }, width: 800 });
  expect(ticks.length).toBeGreaterThan(3);
  expect(ticks.length).toBeLessThanOrEqual(8);
  expect(ticks.every((at) => at % 60_000 === 0)).toBe(true);
});
