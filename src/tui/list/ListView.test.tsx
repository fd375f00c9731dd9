import { expect, test } from "vitest";
import { defaultListQuery, type SessionListSnapshot, type SessionRow } from "../../view/session-list-types.js";
import { widthOf } from "../text/cells.js";
import { frameOf } from "../testing/frame.js";
import { ListView } from "./ListView.js";

const now = Date.UTC(2026, 0, 31, 12);

function row(sessionId: string, change: Partial<SessionRow> = {}): SessionRow {
  return {
    sessionId,
    title: null,
    userId: "ana",
    status: "active",
    liveness: "running",
    watched: false,
    waiting: null,
    model: "model-x",
    tags: [],
    parentSession: null,
    tokens: 53_200,
    cost: 0.21,
    events: 31,
    created: now - 60_000,
    lastEventAt: now - 5_000,
    summary: {
      phase: "building",
      currentStep: "Write the tests",
      goals: { done: 1, total: 3 },
      agents: { active: 1, total: 2 },
      prompt: null,
    },
    rate: [0, 1, 4],
    ...change,
  };
}

function snapshotOf(rows: SessionRow[], change: Partial<SessionListSnapshot> = {}): SessionListSnapshot {
  return {
    now,
    connection: { state: "live", since: now },
    query: defaultListQuery,
    rows,
    offset: 0,
    count: rows.length,
    hasMore: false,
    loading: false,
    error: null,
    selectedId: rows[0]?.sessionId ?? null,
    selectedIndex: rows.length > 0 ? 0 : -1,
    totals: { stats: null, waiting: 0, rate: [], eventsPerSecond: 0 },
    health: null,
    users: [],
    tags: [],
    ...change,
  };
}

function draw(snapshot: SessionListSnapshot, width = 80, height = 12): string[] {
  const fixed = { now, place: "http://localhost:9000", advice: ["Start one"], typing: null, notice: null };
  return frameOf(<ListView snapshot={snapshot} {...fixed} width={width} height={height} />, width);
}

test("says who waits and for what, and gives the rest of the figures their columns", () => {
  const waiting = {
    kind: "permission" as const,
    message: "rm -rf build",
    since: now,
    tool: "Bash",
    input: null,
    toolCallId: null,
    agentId: null,
    approvalId: "a",
  };
  const lines = draw(snapshotOf([row("deploy", { waiting, liveness: "waiting" }), row("shop")]), 140);
  expect(lines[4]).toMatch(/^▌◆ waiting +deploy .*allow Bash\? rm -rf build/);
  expect(lines[5]).toMatch(/^ ◐ running +shop +ana +building +Write the tests +1\/2 +1\/3 .*53\.2k +\$0\.21 +5s$/);
});

test.each([60, 80, 120, 250])("keeps every line within %i cells, whatever is in it", (width) => {
  const rows = [
    row("日本語のセッション日本語のセッション", { userId: "👩‍👧 team" }),
    row("x".repeat(200), { userId: null }),
  ];
  for (const line of draw(snapshotOf(rows), width)) expect(widthOf(line)).toBeLessThanOrEqual(width);
});

test("keeps the columns in line where names are wide", () => {
  const lines = draw(snapshotOf([row("日本語"), row("plain")]), 100);
  const before = (line: string): number => widthOf(line.slice(0, line.indexOf("Write the tests")));
  expect(before(lines[4]!)).toBe(before(lines[5]!));
});

test("says where it looked where no server answers, and what to do", () => {
  const error = { code: "no_server", message: "refused" };
  const text = draw(snapshotOf([], { connection: { state: "failed", since: now, error } })).join("\n");
  expect(text).toContain("No server answers at http://localhost:9000");
  expect(text).toContain("Start one");
});

test("says how old what is shown is while the connection is lost", () => {
  const lost = { state: "lost" as const, since: now - 42_000, attempt: 3, retryAt: now + 4_000, reason: "refused" };
  expect(draw(snapshotOf([row("shop")], { connection: lost }))[2]).toMatch(
    /connection lost .*42s ago .*next try in 4s/,
  );
});
