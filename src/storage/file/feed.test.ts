import fs from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { formatFeedCursor, parseFeedCursor } from "../../core/cursor.js";
import type { SessionStore } from "../session-store.js";
import { action, rejectionCode } from "../suite/under-test.js";
import { Feed, feedLine } from "./feed.js";
import { nodeFs } from "./storage-fs.js";
import { allFeed, copyStore, openStore, testFolder } from "./testing.js";

describe("the log of all sessions", () => {
  const startOf = (store: SessionStore): string =>
    formatFeedCursor({ epoch: parseFeedCursor(store.feedHead()).epoch, position: 0 });

  test("goes on behind every cursor after a restart and after a crash", async () => {
    const { store, path } = await openStore(testFolder());
    const start = startOf(store);
    for (let n = 0; n < 12; n++) {
      await Promise.all([
        store.append(`s${n % 3}`, [action({ n }), action({ n })]),
        store.append("other", [action({ n })]),
      ]);
      if (n === 6) await store.delete("s1");
    }
    const { store: crashed } = await openStore(copyStore(path));
    const lines = await allFeed(crashed, start);
    const cursors = [start, ...lines.map(({ cursor }) => cursor)];
    for (const limit of [1, 2, 5, 100]) {
      for (const [index, cursor] of cursors.entries()) {
        if (limit < 100 && index % 9 !== 0) continue;
        const rest = await allFeed(crashed, cursor, limit);
        expect(rest).toEqual(lines.slice(index));
      }
    }
    // The first life of s1 is gone, and nothing else.
    expect((await allFeed(store, start)).filter(({ sessionId }) => sessionId !== "s1")).toEqual(
      lines.filter(({ sessionId }) => sessionId !== "s1"),
    );
    await store.close();
    const { store: reopened } = await openStore(path);
    expect(await allFeed(reopened, start)).toEqual(lines);
    expect(reopened.feedHead()).toBe(lines.at(-1)!.cursor);
  });

  test("refuses a cursor of another store, and one from beyond its end", async () => {
    const { store } = await openStore(testFolder());
    await store.append("s", [action()]);
    const { epoch, position } = parseFeedCursor(store.feedHead());
    expect(await rejectionCode(store.readFeed(formatFeedCursor({ epoch, position: position + 1 }), 5))).toBe(
      "invalid_cursor",
    );
    expect(await rejectionCode(store.readFeed(formatFeedCursor({ epoch: "another", position: 1 }), 5))).toBe(
      "invalid_cursor",
    );
  });

  function openFeed(folder: string, maxBytes: number): Feed {
    return new Feed({ folder, io: nodeFs, maxBytes, createEpoch: () => "epoch" });
  }

  function appendTo(feed: Feed, count: number): void {
    for (let n = 0; n < count; n++) {
      const position = feed.position + 1;
      feed.append(
        feedLine({ position, sessionId: "s", first: position * 2, last: position * 2 + 2, deletedAt: "" }),
        position + 2,
      );
    }
    feed.publish();
  }

  test("forgets its oldest part, and says so to whoever asks for it", async () => {
    const folder = testFolder();
    const feed = openFeed(folder, 2000);
    for (let part = 0; part < 4; part++) {
      appendTo(feed, 60);
      await feed.sync();
    }
    const first = [...Array(feed.position).keys()].find((position) => feed.read(position, 1) !== undefined)!;
    expect(first).toBeGreaterThan(100);
    expect(feed.read(first - 1, 5)).toBeUndefined();
    for (let position = first; position < feed.position; position++) {
      const entries = feed.read(position, 3)!;
      expect(entries[0]!.position).toBeLessThanOrEqual(position + 1);
      expect(entries[0]!.position + 2).toBeGreaterThan(position);
      entries.slice(1).forEach((entry, index) => expect(entry.position).toBe(entries[index]!.position + 3));
    }
    feed.close();
    const reopened = openFeed(folder, 2000);
    expect(reopened.position).toBe(feed.position);
    expect(reopened.read(first, 500)).toHaveLength((feed.position - first) / 3);
    reopened.close();
  });

  test("shows nothing before it is published", () => {
    const feed = openFeed(testFolder(), 2000);
    appendTo(feed, 2);
    feed.append(feedLine({ position: 7, sessionId: "s", first: 1, last: 1, deletedAt: "" }), 7);
    expect(feed.read(0, 10)).toHaveLength(2);
    feed.publish();
    expect(feed.read(0, 10)).toHaveLength(3);
    feed.close();
  });

  test("that is cut back to its beginning is empty, and goes on from there", () => {
    const feed = openFeed(testFolder(), 2000);
    appendTo(feed, 2);
    feed.trim(1);
    feed.publish();
    expect([feed.position, feed.read(0, 5)]).toEqual([0, []]);
    appendTo(feed, 1);
    expect(feed.read(0, 5)).toMatchObject([{ position: 1, first: 2, last: 4 }]);
    feed.close();
  });

  test("whose end a power cut has filled with anything is written again from the journal", async () => {
    const { store, path } = await openStore(testFolder());
    const start = startOf(store);
    await store.append("s", [action()]);
    await store.close();
    const { store: again } = await openStore(path);
    await again.append("s", [action(), action()]);
    await again.append("t", [action()]);
    const lines = await allFeed(again, start);
    const file = join(path, "feed", "newer.log");
    const whole = fs.readFileSync(file);
    const durable = whole.indexOf(0x0a) + 1;
    const fills: ((bytes: Buffer, at: number) => Buffer)[] = [
      (bytes, at) => bytes.subarray(0, at),
      (bytes, at) => Buffer.from(bytes).fill(0, at),
      (bytes, at) => Buffer.from(bytes).fill(0, at, Math.max(at, bytes.lastIndexOf(0x0a, bytes.length - 2))),
    ];
    for (const [index, fill] of fills.entries()) {
      for (let at = durable; at < whole.length; at += 9) {
        const crashed = copyStore(path);
        fs.writeFileSync(join(crashed, "feed", "newer.log"), fill(whole, at));
        const { store: reopened } = await openStore(crashed);
        expect(await allFeed(reopened, start), `fill ${index} from ${at}`).toEqual(lines);
        await reopened.close();
      }
    }
  });
});
