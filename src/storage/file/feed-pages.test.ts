import fs from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { formatFeedCursor } from "../../core/cursor.js";
import { parsePage } from "../page.js";
import type { FeedPage } from "../session-store.js";
import { sessionNotFound } from "../store-errors.js";
import { rejectionCode } from "../suite/under-test.js";
import { readFeedPage } from "./feed-pages.js";
import { Feed, feedLine } from "./feed.js";
import { RecentCommits } from "./recent-commits.js";
import { nodeFs } from "./storage-fs.js";
import type { SessionFiles } from "./stored-lines.js";
import { testFolder, type FeedLine } from "./testing.js";

const at = (position: number): string => formatFeedCursor({ epoch: "epoch", position });
const line = (seq: number): string =>
  `{"seq":${seq},"timestamp":"","receivedAt":"","eventId":"e${seq}","type":"note"}\n`;

/** A log of these entries, read from files: nothing of it is in memory. */
function sourcesOf(
  entries: readonly { sessionId: string; first: number; last: number; deletedAt?: string }[],
  filesOf: (sessionId: string) => Promise<SessionFiles>,
  maxBytes = 1_000_000,
) {
  const feed = new Feed({ folder: testFolder(), io: nodeFs, maxBytes, createEpoch: () => "epoch" });
  onTestFinished(() => feed.close());
  for (const { sessionId, first, last, deletedAt = "" } of entries) {
    const position = feed.position + 1;
    feed.append(feedLine({ position, sessionId, first, last, deletedAt }), position + last - first);
  }
  feed.publish();
  return { feed, recent: new RecentCommits(1000), filesOf };
}

/** Files of sessions of `head` actions each. */
function filesWith(head: number, stored = head): (sessionId: string) => Promise<SessionFiles> {
  const root = testFolder();
  return async (sessionId) => {
    if (sessionId === "gone") throw sessionNotFound(sessionId);
    const folder = join(root, sessionId);
    fs.mkdirSync(folder, { recursive: true });
    const lines = Array.from({ length: stored }, (_, index) => line(index + 1));
    fs.writeFileSync(join(folder, "actions.jsonl"), lines.join(""));
    return { sessionId, folder, head };
  };
}

function told(page: FeedPage): string[] {
  const lines = parsePage<FeedLine>({ ...page, first: 0, last: 0 });
  return lines.map(({ type, sessionId, seq, cursor }) => `${type} ${sessionId} ${seq ?? ""} ${cursor}`);
}

const kept = { sessionId: "kept", first: 1, last: 3 };
const gone = { sessionId: "gone", first: 1, last: 2 };

describe("a page of the log of all sessions that is read from files", () => {
  test("leaves out what a session held that has been deleted since, and goes on behind it", async () => {
    const sources = sourcesOf([gone, { ...gone, last: 1, deletedAt: "now" }, kept], filesWith(3));
    const page = await readFeedPage(sources, at(0), 5);
    expect(told(page)).toEqual([
      `session_deleted gone  ${at(3)}`,
      `action kept 1 ${at(4)}`,
      `action kept 2 ${at(5)}`,
      `action kept 3 ${at(6)}`,
    ]);
    expect(page).toMatchObject({ next: at(6), more: false });
  });

  test("moves on where it holds nothing but a deleted session", async () => {
    const page = await readFeedPage(sourcesOf([gone, kept], filesWith(3)), at(0), 1);
    expect(page).toMatchObject({ more: true });
    expect(page.next).not.toBe(at(0));
  });

  test("ends in the middle of an entry, and the next one begins there", async () => {
    const sources = sourcesOf([kept, { sessionId: "other", first: 1, last: 3 }], filesWith(3));
    const first = await readFeedPage(sources, at(0), 2);
    expect(first).toMatchObject({ count: 2, next: at(2), more: true });
    const second = await readFeedPage(sources, first.next, 2);
    expect(told(second)).toEqual([`action kept 3 ${at(3)}`, `action other 1 ${at(4)}`]);
  });

  test("ends an entry early where the session's files hold less than it says", async () => {
    const page = await readFeedPage(sourcesOf([kept], filesWith(3, 1)), at(0), 5);
    expect(told(page)).toEqual([`action kept 1 ${at(1)}`]);
    expect(page).toMatchObject({ next: at(3), more: false });
  });

  test("is refused where the log no longer reaches back so far", async () => {
    const sources = sourcesOf([kept], filesWith(9), 2);
    for (const position of [4, 5]) {
      await sources.feed.sync();
      sources.feed.append(
        feedLine({ position, sessionId: "kept", first: position, last: position, deletedAt: "" }),
        position,
      );
    }
    sources.feed.publish();
    expect(await rejectionCode(readFeedPage(sources, at(0), 5))).toBe("invalid_cursor");
    expect(told(await readFeedPage(sources, at(3), 5))).toEqual([`action kept 4 ${at(4)}`, `action kept 5 ${at(5)}`]);
  });

  test("fails where a session's files cannot be read for another reason", async () => {
    const broken = Object.assign(new Error("EIO: broken"), { code: "EIO" });
    const sources = sourcesOf([kept], () => Promise.reject(broken));
    await expect(readFeedPage(sources, at(0), 5)).rejects.toBe(broken);
  });
});
