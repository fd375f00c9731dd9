import fs from "node:fs";
import { describe, expect, test } from "vitest";
import type { Stream } from "../../core/event.js";
import { parsePage } from "../page.js";
import type { Page } from "../session-store.js";
import { streamFile } from "./layout.js";
import { readSessionPage } from "./session-pages.js";
import type { SessionFiles } from "./stored-lines.js";
import { seqsOf, testFolder } from "./testing.js";

const line = (seq: number): string =>
  `{"seq":${seq},"timestamp":"2026-01-31T09:30:00.000Z","receivedAt":"2026-01-31T09:30:00.000Z","eventId":"e${seq}","type":"note"}\n`;

/** A line as another program may have written it: its seq stands behind everything else. */
const lateSeq = (seq: number): string => `{"type":"note","text":"${"x".repeat(80)}","seq":${seq}}`;

function sessionOf(head: number, files: Partial<Record<Stream, string>>): SessionFiles {
  const folder = testFolder();
  for (const [stream, text] of Object.entries(files)) fs.writeFileSync(streamFile(folder, stream as Stream), text);
  return { sessionId: "s", folder, head };
}

const bounds = ({ count, first, last, more }: Page) => ({ count, first, last, more });
const nothing = { count: 0, first: 0, last: 0, more: false };

describe("a page of a session's events", () => {
  const session = () => sessionOf(4, { actions: [1, 2, 4].map(line).join(""), responses: line(3) });

  test("before the first is empty, and there is nothing before it", async () => {
    expect(bounds(await readSessionPage(session(), { of: "events", before: 1, limit: 5 }))).toEqual(nothing);
  });

  test("behind the last is empty, and there is nothing behind it", async () => {
    expect(bounds(await readSessionPage(session(), { of: "events", after: 4, limit: 5 }))).toEqual(nothing);
  });

  test("between two seqs says whether there is more between them", async () => {
    const query = { of: "events", after: 1, before: 4 } as const;
    expect(bounds(await readSessionPage(session(), { ...query, limit: 1 }))).toMatchObject({ first: 2, more: true });
    expect(bounds(await readSessionPage(session(), { ...query, limit: 2 }))).toMatchObject({ last: 3, more: false });
  });
});

describe("a page of a stream", () => {
  test("has the seqs of lines that name them late, also without a newline at the end", async () => {
    const session = sessionOf(7, { actions: `${lateSeq(5)}\n${lateSeq(6)}\n${lateSeq(7)}` });
    const newest = await readSessionPage(session, { of: "actions", limit: 2 });
    expect(bounds(newest)).toEqual({ count: 2, first: 6, last: 7, more: true });
    const oldest = await readSessionPage(session, { of: "actions", after: 0, limit: 1 });
    expect(bounds(oldest)).toEqual({ count: 1, first: 5, last: 5, more: true });
    expect(seqsOf(parsePage<{ seq: number }>(newest))).toEqual([6, 7]);
  });

  test("holds no part of a line that is still being written", async () => {
    const session = sessionOf(1, { actions: line(1).slice(0, 40), changes: line(1) });
    expect(bounds(await readSessionPage(session, { of: "actions", after: 0, limit: 5 }))).toEqual(nothing);
    const typed = await readSessionPage(session, { of: "actions", after: 0, limit: 5, types: ["note"] });
    expect(bounds(typed)).toEqual(nothing);
  });

  test("counts a blank line as one without a seq", async () => {
    const session = sessionOf(1, { actions: "\n" });
    expect(bounds(await readSessionPage(session, { of: "actions", limit: 5 }))).toMatchObject({ count: 1, last: 0 });
  });
});
