import { describe, expect, test } from "vitest";
import { formatFeedCursor } from "../../core/cursor.js";
import type { JournalRecord } from "./journal-format.js";
import { RecentCommits } from "./recent-commits.js";

const entryBytes = 128 + 11;

function entry(sessionId: string, position: number, seq: number): JournalRecord {
  const bytes = Buffer.from(`{"seq":${String(seq).padEnd(2)}}\n`);
  return { sessionId, position, first: seq, last: seq, parts: [{ stream: "actions", path: "", offset: 0, bytes }] };
}

const removal = (sessionId: string, position: number): JournalRecord => ({ sessionId, position, deletedAt: "now" });

const cursorsOf = (lines: readonly string[] | undefined): unknown[] | undefined =>
  lines?.map((line) => (JSON.parse(line) as { cursor: unknown }).cursor);

describe("the newest commits", () => {
  test("forget a session with its removal, and go on with its next life", () => {
    const recent = new RecentCommits(3 * entryBytes);
    recent.push(entry("s", 1, 1));
    recent.push(removal("s", 2));
    expect(recent.eventsOf("s", 0, 9)).toBeUndefined();
    recent.push(entry("s", 3, 1));
    // The first life falls out of the bound and takes nothing of the second with it.
    recent.push(entry("other", 4, 1));
    expect(recent.feedAfter("e", 0, 9)).toBeUndefined();
    expect(recent.eventsOf("s", 0, 9)).toMatchObject([{ seq: 1 }]);
    expect(cursorsOf(recent.feedAfter("e", 1, 9)?.lines)).toEqual(["e.2", "e.3", "e.4"]);
  });

  test("stay the newest within their bound over thousands of commits", () => {
    const recent = new RecentCommits(10 * 140);
    for (let position = 1; position <= 3000; position++) recent.push(entry(`s${position % 7}`, position, 1));
    const oldest = Array.from({ length: 3000 }, (_, n) => n).find((position) => recent.feedAfter("e", position, 1))!;
    expect(3000 - oldest).toBeGreaterThanOrEqual(9);
    expect(3000 - oldest).toBeLessThanOrEqual(11);
    const cursors = Array.from({ length: 3000 - oldest }, (_, n) =>
      formatFeedCursor({ epoch: "e", position: oldest + n + 1 }),
    );
    expect(cursorsOf(recent.feedAfter("e", oldest, 99)?.lines)).toEqual(cursors);
  });

  test("hold nothing of a session whose commits have all fallen out", () => {
    const recent = new RecentCommits(2 * entryBytes);
    recent.push(entry("s", 1, 1));
    recent.push(entry("other", 2, 1));
    expect(recent.eventsOf("s", 0, 9)).toMatchObject([{ seq: 1 }]);
    recent.push(entry("other", 3, 2));
    expect(recent.eventsOf("s", 0, 9)).toBeUndefined();
    expect(recent.eventsOf("other", 0, 9)).toMatchObject([{ seq: 1 }, { seq: 2 }]);
  });

  test("of a session end at the seq that is asked for", () => {
    const recent = new RecentCommits(1_000_000);
    for (let seq = 1; seq <= 5; seq++) recent.push(entry("s", seq, seq));
    expect(recent.eventsOf("s", 1, 3)?.map(({ seq }) => seq)).toEqual([2, 3]);
  });
});
