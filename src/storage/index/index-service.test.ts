import fs from "node:fs";
import { join } from "node:path";
import { test as base, describe, expect, vi } from "vitest";
import type { Metadata } from "../../core/metadata.js";
import { readPredecessor } from "../file/predecessor.js";
import { encodeLine } from "../line.js";
import { action, changeFile, countRows, found, freshService, type Service } from "./testing.js";

const test = base.extend<Service>(freshService);

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
    fs.writeFileSync(
      join(folder, "metadata.json"),
      JSON.stringify({ sessionId: "old", userId: "ann", created: "2025-01-01T00:00:00Z", status: "active" }),
    );
    fs.writeFileSync(
      join(folder, "state.json"),
      JSON.stringify({ goals: [{ id: "g", description: "find the needle" }] }),
    );
    fs.writeFileSync(
      join(folder, "actions.jsonl"),
      '{"seq":1,"type":"tool_call","timestamp":"2025-01-01T00:00:01Z","text":"one needle"}\n',
    );
    const service = startService();
    expect(await service.ids({ userId: "ann" })).toEqual(["old"]);
    const { hits } = await service.search("needle");
    expect(hits.map(({ type }) => type).toSorted()).toEqual(["goal_added", "tool_call"]);
    expect(hits.every(({ snippet }) => snippet.includes("<mark>needle</mark>"))).toBe(true);
    await service.call("close", null);

    // Another process knows the folder only from the index.
    const second = startService();
    expect((await second.search("needle")).hits).toHaveLength(2);

    // The engine turns the folder into one of its own before it writes to it.
    const lines = readPredecessor(folder);
    for (const stream of ["actions", "changes"] as const) {
      const texts = lines.filter((line) => line.stream === stream).map(({ text }) => `${text}\n`);
      fs.writeFileSync(join(folder, `${stream}.jsonl`), texts.join(""));
    }
    expect((await second.search("needle")).hits).toHaveLength(2);
    const { sessions } = await second.call("list", { limit: 1 });
    const [metadata] = JSON.parse(sessions) as Metadata[];
    const seq = lines.length + 1;
    const line = encodeLine(action({ text: "needle" }), {
      seq,
      timestamp: "2026-01-01T00:00:00Z",
      receivedAt: "2026-01-01T00:00:00Z",
      eventId: "new",
    });
    fs.appendFileSync(join(folder, "actions.jsonl"), `${line}\n`);
    await second.update({ sessionId: "old", metadata: { ...metadata!, eventCount: seq } });
    expect((await second.search("needle")).hits.map(({ type }) => type).toSorted()).toEqual([
      "goal_added",
      "note",
      "tool_call",
    ]);
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
    expect(countRows(folders.path, "SELECT 1 FROM docs")).toBe(3);
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

  const unusable = "The index cannot be used and is built anew from the session files.";
  const damages: [string, (path: string) => void][] = [
    ["is not a database", (path) => fs.writeFileSync(path, "garbage ".repeat(2000))],
    ["is empty", (path) => fs.truncateSync(path, 0)],
    ["is of another version", (path) => changeFile(path, "PRAGMA user_version = 99")],
    ["was not finished", (path) => changeFile(path, "UPDATE counters SET complete = 0")],
    ["lacks a table", (path) => changeFile(path, "DROP TABLE counters")],
  ];
  for (const [state, damage] of damages) {
    test(`is built anew where the file ${state}`, async ({ folders, startService }) => {
      folders.writeTexts("a", ["needle"]);
      const one = startService();
      expect(await found(one, "needle")).toEqual(["a/2"]);
      await one.call("close", null);
      damage(folders.path);
      const two = startService();
      expect(await two.ids()).toEqual(["a"]);
      expect(await found(two, "needle")).toEqual(["a/2"]);
      expect(two.notices.join()).toBe(state === "is empty" ? "" : unusable);
    });
  }
});
