import { expect, test } from "vitest";
import { initialMetadata, type Metadata } from "../core/metadata.js";
import { sessionFigures } from "./session-figures.js";

const metadata = (more: Partial<Metadata>): Metadata => ({
  ...initialMetadata("s"),
  created: "2026-03-01T10:00:00Z",
  lastEventAt: "2026-03-01T10:01:00Z",
  ...more,
});
const now = Date.parse("2026-03-01T11:00:00Z");

test("tells how long a session goes on, and how long one that ended took", () => {
  expect(sessionFigures(metadata({}), now).durationMs).toBe(3_600_000);
  expect(sessionFigures(metadata({ status: "completed" }), now).durationMs).toBe(60_000);
  expect(sessionFigures(metadata({ created: "" }), now).durationMs).toBeNull();
});

test("tells where the cost is from, where there is one", () => {
  expect(sessionFigures(metadata({ cost: 1, usage: { costSource: "estimate" } }), now).costSource).toBe("estimate");
  expect(sessionFigures(metadata({ cost: 1, usage: { costSource: "guess" } }), now).costSource).toBeNull();
  expect(sessionFigures(metadata({ cost: 0, usage: { costSource: "agent" } }), now).costSource).toBeNull();
});

test("counts every token, also where a producer told no total", () => {
  expect(sessionFigures(metadata({ tokenUsage: { input: 3, output: 4, total: 0 } }), now).tokens).toBe(7);
  expect(sessionFigures(metadata({ tokenUsage: { input: 3, output: 4, total: 20 } }), now).tokens).toBe(20);
});
