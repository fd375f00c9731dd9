import fs from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { test as base, describe, expect } from "vitest";
import { formatPageCursor } from "../../core/cursor.js";
import type { Metadata } from "../../core/metadata.js";
import type { Notice } from "./index-thread.js";
import { openSessionIndex, type SessionIndex, type SessionIndexOptions } from "./session-index.js";
import { freshFolders, type Folders, type SessionFolders } from "./testing.js";
import { resolveWorker } from "./worker-file.js";

interface Fixtures extends Folders {
  notices: Notice[];
  open: (options?: Partial<SessionIndexOptions>) => Promise<SessionIndex>;
}

const test = base.extend<Fixtures>({
  ...freshFolders,
  // oxlint-disable-next-line no-empty-pattern
  notices: async ({}, use) => use([]),
  open: async ({ folders, notices }, use) => {
    const opened: SessionIndex[] = [];
    await use(async (options) => {
      const { path, sessions: sessionsPath } = folders;
      const index = await openSessionIndex({
        path,
        sessionsPath,
        onNotice: (notice) => notices.push(notice),
        ...options,
      });
      opened.push(index);
      return index;
    });
    for (const index of opened) await index.close();
  },
});

/** A worker that dies while it is asked to `operation`, as often as the file `deaths` has bytes. */
function dyingWorker({ root }: SessionFolders, operation: string, deaths: number): URL {
  const file = join(root, "dying-worker.mjs");
  const counter = join(root, "deaths");
  fs.writeFileSync(counter, "x".repeat(deaths));
  fs.writeFileSync(
    file,
    `import fs from "node:fs";
     import { parentPort } from "node:worker_threads";
     parentPort.on("message", ({ operation }) => {
       const left = fs.readFileSync(${JSON.stringify(counter)}, "utf8");
       if (operation !== ${JSON.stringify(operation)} || left === "") return;
       fs.writeFileSync(${JSON.stringify(counter)}, left.slice(1));
       throw new Error("died on purpose");
     });
     await import(${JSON.stringify(resolveWorker().href)});`,
  );
  return pathToFileURL(file);
}

describe("a session index", () => {
  test("lists, counts and finds what was handed over just before", async ({ folders, open }) => {
    const index = await open();
    for (let round = 0; round < 5; round++) {
      index.update([
        { sessionId: `s-${round}`, metadata: folders.writeTexts(`s-${round}`, ["needle"], { userId: "ann" }) },
      ]);
      expect((await index.list({ limit: 100 })).sessions).toHaveLength(round + 1);
      expect((await index.stats()).total).toBe(round + 1);
      const { hits, lag } = await index.search({ q: "needle", userId: "ann", limit: 100 });
      expect([hits.length, lag]).toEqual([round + 1, 0]);
    }
  });

  test("pages with cursors, and refuses those of others", async ({ folders, open }) => {
    const index = await open();
    index.update(
      Array.from({ length: 7 }, (_, at) => ({
        sessionId: `s-${at}`,
        metadata: folders.writeTexts(`s-${at}`, ["needle"]),
      })),
    );
    const listed: string[] = [];
    const found: string[] = [];
    for (let cursor: string | undefined; ;) {
      const page = await index.list({ limit: 3, cursor });
      listed.push(...page.sessions.map(({ sessionId }) => sessionId));
      if (page.next === null) break;
      cursor = page.next;
    }
    for (let cursor: string | undefined; ;) {
      const page = await index.search({ q: "needle", limit: 3, cursor });
      found.push(...page.hits.map(({ sessionId }) => sessionId));
      if (page.next === null) break;
      cursor = page.next;
    }
    expect(listed).toEqual(["s-6", "s-5", "s-4", "s-3", "s-2", "s-1", "s-0"]);
    expect(found.toSorted()).toEqual(listed.toReversed());
    const foreign = [formatPageCursor({ key: "2026", id: "a" }), "nonsense"];
    for (const cursor of foreign)
      await expect(index.list({ limit: 1, cursor })).rejects.toMatchObject({ code: "invalid_cursor" });
    for (const cursor of [
      ...foreign,
      formatPageCursor({ key: 5, id: "a" }),
      formatPageCursor({ key: 0.5, id: "1" }),
      formatPageCursor({ key: 5, id: "-1" }),
    ]) {
      await expect(index.search({ q: "x", limit: 1, cursor })).rejects.toMatchObject({ code: "invalid_cursor" });
    }
  });

  test("takes times of any zone and refuses what is no time", async ({ folders, open }) => {
    const index = await open();
    index.update([{ sessionId: "a", metadata: folders.writeTexts("a", ["needle one", "needle two"]) }]);
    const at = "2026-01-01T02:00:02+02:00";
    expect((await index.search({ q: "needle", since: at, until: at, limit: 5 })).hits.map(({ seq }) => seq)).toEqual([
      2,
    ]);
    await expect(index.search({ q: "needle", since: "soon", limit: 5 })).rejects.toMatchObject({
      code: "invalid_input",
    });
  });

  test("needs no thread and no file while there is nothing", async ({ folders, open }) => {
    fs.rmSync(folders.sessions, { recursive: true });
    const index = await open();
    expect(await index.list({ limit: 10 })).toEqual({ sessions: [], next: null });
    expect(await index.stats()).toMatchObject({ total: 0, events: 0 });
    expect(await index.search({ q: "x", limit: 10 })).toEqual({ hits: [], next: null, lag: 0 });
    await index.checkpoint();
    await index.caughtUp();
    await index.settled();
    expect(fs.existsSync(folders.path)).toBe(false);
  });

  test("holds after a kill what a checkpoint promised, and indexes the text that was still to come", async ({
    folders,
    open,
  }) => {
    folders.writeTexts("first", ["needle"]);
    const index = await open({ searchWait: 0 });
    await index.stats();
    index.update([{ sessionId: "second", metadata: folders.writeTexts("second", ["needle"]) }]);
    await index.checkpoint();
    const copy = join(folders.root, "copy.sqlite");
    for (const suffix of ["", "-wal"])
      if (fs.existsSync(folders.path + suffix)) fs.copyFileSync(folders.path + suffix, copy + suffix);
    const progress: unknown[] = [];
    const survivor = await open({ path: copy, onProgress: (step) => progress.push(step) });
    expect((await survivor.list({ limit: 10 })).sessions.map(({ sessionId }) => sessionId)).toEqual([
      "second",
      "first",
    ]);
    expect((await survivor.search({ q: "needle", limit: 10 })).hits).toHaveLength(2);
    expect(progress).toEqual([]);
  });

  test("answers a search that would wait too long with what it has, and says what is missing", async ({
    folders,
    open,
  }) => {
    const index = await open({ searchWait: 0 });
    // So many that the index is still at them when the search comes.
    const hay = Array.from({ length: 5_000 }, (_, count) => `straw ${count}`);
    index.update([{ sessionId: "a", metadata: folders.writeTexts("a", [...hay, "needle"]) }]);
    const { hits, lag } = await index.search({ q: "needle", limit: 5 });
    expect([hits, lag > 0]).toEqual([[], true]);
    await index.caughtUp();
    expect(index.lag).toBe(0);
    expect((await index.search({ q: "needle", limit: 5 })).hits).toHaveLength(1);
  });

  test("reports the progress of building anew", async ({ folders, open }) => {
    for (let at = 0; at < 20; at++) folders.writeTexts(`s-${at}`, ["needle"]);
    const progress: { done: number; total: number }[] = [];
    const index = await open({ onProgress: (step) => progress.push(step) });
    expect((await index.stats()).total).toBe(20);
    expect(progress.at(-1)).toEqual({ done: 20, total: 20 });
  });

  test("opened for reading starts with the first question", async ({ folders, open }) => {
    folders.writeTexts("a", ["needle"]);
    const index = await open({ readOnly: true });
    expect((await index.search({ q: "needle", limit: 5 })).hits).toHaveLength(1);
    expect(fs.readdirSync(folders.root)).toEqual(["sessions"]);
  });
});

describe("a thread that dies", () => {
  test("is started again and asked again, and nothing handed over is lost", async ({ folders, open, notices }) => {
    folders.writeTexts("first", ["needle"]);
    const index = await open({ worker: dyingWorker(folders, "list", 1) });
    index.update([{ sessionId: "second", metadata: folders.writeTexts("second", ["needle"]) }]);
    expect((await index.list({ limit: 10 })).sessions).toHaveLength(2);
    expect((await index.search({ q: "needle", limit: 10 })).hits).toHaveLength(2);
    expect(notices).toMatchObject([
      { level: "warn", message: expect.stringContaining("started again"), detail: { error: "died on purpose" } },
    ]);
  });

  test("and dies again leaves no file behind, so that the next start builds it anew", async ({
    folders,
    open,
    notices,
  }) => {
    folders.writeTexts("a", ["needle"]);
    const index = await open({ worker: dyingWorker(folders, "list", 2) });
    await expect(index.list({ limit: 10 })).rejects.toMatchObject({ code: "index_unavailable" });
    await expect(index.stats()).rejects.toMatchObject({ code: "index_unavailable" });
    index.update([{ sessionId: "a", metadata: null }]);
    await index.checkpoint();
    await index.settled();
    expect(notices.map(({ level }) => level)).toEqual(["warn", "error"]);
    expect(fs.existsSync(folders.path)).toBe(false);
    await index.close();
    const next = await open();
    expect((await next.list({ limit: 10 })).sessions).toHaveLength(1);
  });

  test("of a damaged file is replaced by one that builds a new file", async ({ folders, open, notices }) => {
    const metadata: Metadata[] = Array.from({ length: 300 }, (_, at) => folders.writeTexts(`s-${at}`, ["needle"]));
    const index = await open();
    await index.caughtUp();
    await index.close();
    const size = fs.statSync(folders.path).size;
    const file = fs.openSync(folders.path, "r+");
    // Everything but the first pages, which hold the schema.
    fs.writeSync(file, Buffer.alloc(size - 16 * 4096, 0x5a), 0, size - 16 * 4096, 16 * 4096);
    fs.closeSync(file);
    const again = await open();
    again.update(metadata.map((one) => ({ sessionId: one.sessionId, metadata: { ...one, model: "m" } })));
    const { sessions } = await again.list({ limit: 1000 });
    expect(sessions).toHaveLength(300);
    expect((await again.search({ q: "needle", limit: 400 })).hits).toHaveLength(300);
    expect(notices).toMatchObject([{ level: "warn" }]);
  });
});
