import fs from "node:fs";
import { join } from "node:path";
import { describe, expect, vi } from "vitest";
import { openDatabase } from "./sqlite.js";
import { action, test, type TestService } from "./testing.js";

async function found(service: TestService, q: string): Promise<string[]> {
  return (await service.search(q)).hits.map(({ sessionId, seq }) => `${sessionId}/${seq}`).toSorted();
}

function count(path: string, sql: string): number {
  const db = openDatabase(path);
  const row = db.prepare(`SELECT count(*) AS n FROM (${sql})`).get();
  db.close();
  return Number(row?.["n"]);
}

describe("the catalogue of a new index", () => {
  test("holds every session folder, and lists wait for it", async ({ folders, startService }) => {
    for (let index = 0; index < 60; index++) folders.writeTexts(`session-${index}`, ["word"]);
    for (let index = 0; index < 30; index++) folders.snapshot(`session-${index}`);
    const service = startService();
    expect((await service.ids({ limit: 100 })).length).toBe(60);
    expect(await service.call("stats", null)).toMatchObject({ total: 60, active: 60, events: 120 });
    const progress = service.messages.filter(({ kind }) => kind === "progress");
    expect(progress.at(-1)).toEqual({ kind: "progress", done: 60, total: 60 });
  });

  test("holds what the log says where a snapshot is behind it", async ({ folders, startService }) => {
    folders.writeTexts("a", ["one"]);
    folders.snapshot("a");
    folders.write("a", [{ type: "session_finalized", data: { status: "failed" } }]);
    const service = startService();
    expect(await service.ids({ status: "failed" })).toEqual(["a"]);
    expect((await service.call("stats", null)).events).toBe(3);
  });

  test("ignores what is no session: files, empty folders, names that are no ids", async ({ folders, startService }) => {
    folders.writeTexts("a", ["one"]);
    folders.writeTexts(".hidden", ["one"]);
    folders.writeTexts("a..b", ["one"]);
    fs.mkdirSync(join(folders.sessions, "empty"));
    fs.writeFileSync(join(folders.sessions, "stray"), "");
    const service = startService();
    expect(await service.ids()).toEqual(["a"]);
    expect(service.notices).toEqual([]);
  });

  test("reports a folder that cannot be read and holds the others", async ({ folders, startService }) => {
    folders.writeTexts("a", ["one"]);
    fs.mkdirSync(folders.file("a", "../bad/actions.jsonl"), { recursive: true });
    const service = startService();
    expect(await service.ids()).toEqual(["a"]);
    expect(service.notices).toEqual([expect.stringContaining("'bad' cannot be read")]);
  });

  test("is empty where there is no folder of sessions yet", async ({ folders, startService }) => {
    fs.rmSync(folders.sessions, { recursive: true });
    expect(await startService().ids()).toEqual([]);
  });

  test("does not put back what is handed over while it is built", async ({ folders, startService }) => {
    const old = folders.writeTexts("a", ["one"]);
    const service = startService();
    await service.update({ sessionId: "a", metadata: { ...old, model: "newer" } });
    const { sessions } = await service.call("list", { limit: 1 });
    expect(JSON.parse(sessions)).toMatchObject([{ model: "newer" }]);
  });

  test("tells a folder of the predecessor's as events", async ({ folders, startService }) => {
    const folder = join(folders.sessions, "old");
    fs.mkdirSync(folder);
    fs.writeFileSync(join(folder, "metadata.json"), JSON.stringify({ sessionId: "old", userId: "ann", created: "2025-01-01T00:00:00Z", status: "active" }));
    fs.writeFileSync(join(folder, "state.json"), JSON.stringify({ goals: [{ id: "g", description: "find the needle" }] }));
    fs.writeFileSync(join(folder, "actions.jsonl"), '{"seq":1,"type":"tool_call","timestamp":"2025-01-01T00:00:01Z","text":"one needle"}\n');
    const service = startService();
    expect(await service.ids({ userId: "ann" })).toEqual(["old"]);
    const { hits } = await service.search("needle");
    expect(hits.map(({ type }) => type).toSorted()).toEqual(["goal_added", "tool_call"]);
    expect(hits.every(({ snippet }) => snippet.includes("<mark>needle</mark>"))).toBe(true);
    await service.call("close", null);

    // Another process knows the folder only from the index.
    const second = startService();
    expect((await second.search("needle")).hits).toHaveLength(2);
    fs.rmSync(folder, { recursive: true });
    expect((await second.search("needle")).hits).toEqual([]);
  });
});

describe("an index that is opened again", () => {
  test("answers from what it has and goes on with the text where it was", async ({ folders, startService }) => {
    folders.writeTexts("a", ["first needle"]);
    const one = startService();
    expect(await found(one, "needle")).toEqual(["a/2"]);
    await one.call("close", null);
    const metadata = folders.writeTexts("a", ["second needle"]);
    const two = startService();
    await two.update({ sessionId: "a", metadata });
    expect(await found(two, "needle")).toEqual(["a/2", "a/3"]);
    expect(two.messages.some(({ kind }) => kind === "progress")).toBe(false);
    await two.call("close", null);
    expect(count(folders.path, "SELECT 1 FROM docs")).toBe(3);
  });

  test("loads folders that it does not know, and forgets those that are gone", async ({ folders, startService }) => {
    folders.writeTexts("gone", ["needle"]);
    folders.writeTexts("stays", ["needle"]);
    const one = startService();
    expect(await found(one, "needle")).toEqual(["gone/2", "stays/2"]);
    await one.call("close", null);
    folders.remove("gone");
    folders.writeTexts("copied", ["needle"]);
    const two = startService();
    await vi.waitFor(async () => expect(await two.ids()).toEqual(["stays", "copied"]));
    expect(await found(two, "needle")).toEqual(["copied/2", "stays/2"]);
    await vi.waitFor(() => expect(two.lag).toBe(0));
  });

  test.each([
    ["is not a database", (path: string) => fs.writeFileSync(path, "garbage ".repeat(2000))],
    ["is empty", (path: string) => fs.truncateSync(path, 0)],
    ["is of another version", (path: string) => change(path, "PRAGMA user_version = 99")],
    ["was not finished", (path: string) => change(path, "UPDATE counters SET complete = 0")],
    ["lacks a table", (path: string) => change(path, "DROP TABLE counters")],
  ])("is built anew where the file %s", async (_case, damage, { folders, startService }: never) => {
    void damage;
    void folders;
    void startService;
  });
});

function change(path: string, sql: string): void {
  const db = openDatabase(path);
  db.exec(sql);
  db.close();
}
