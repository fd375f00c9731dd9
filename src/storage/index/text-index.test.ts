import fs from "node:fs";
import { test as base, describe, expect, vi } from "vitest";
import { action, countRows, found, freshService, type Service } from "./testing.js";

const test = base.extend<Service>(freshService);

describe("the text of a session", () => {
  test("is searchable only up to the head that was handed over, and lag counts the rest", async ({
    folders,
    startService,
  }) => {
    const service = startService({ searchWait: 0 });
    await service.call("stats", null);
    const early = folders.writeTexts("a", ["needle one"]);
    folders.writeTexts("a", ["needle two"]);
    await service.update({ sessionId: "a", metadata: early });
    expect(service.lag).toBe(2);
    await service.call("catchUp", null);
    expect(service.lag).toBe(0);
    expect(await found(service, "needle")).toEqual(["a/2"]);
  });

  test("waits for a torn last line to be whole", async ({ folders, startService }) => {
    const service = startService();
    const metadata = folders.writeTexts("a", ["needle"]);
    const file = folders.file("a", "actions.jsonl");
    const whole = fs.readFileSync(file, "utf8");
    fs.writeFileSync(file, whole.slice(0, -5));
    await service.update({ sessionId: "a", metadata });
    expect(await found(service, "needle")).toEqual([]);
    fs.writeFileSync(file, whole);
    await service.update({ sessionId: "a", metadata: folders.writeTexts("a", ["needle again"]) });
    expect(await found(service, "needle")).toEqual(["a/3"]);
  });

  test("is indexed from the start again where a file was replaced by a shorter one", async ({
    folders,
    startService,
  }) => {
    const service = startService();
    await service.update({
      sessionId: "a",
      metadata: folders.writeTexts("a", ["old needle", "old needle and more of it"]),
    });
    expect(await found(service, "old")).toEqual(["a/2", "a/3"]);
    const file = folders.file("a", "actions.jsonl");
    fs.writeFileSync(file, `${fs.readFileSync(file, "utf8").split("\n")[0]!.replace("old", "new")}\n`);
    await service.update({
      sessionId: "a",
      metadata: folders.write("a", [{ type: "goal_added", data: { goalId: "g", description: "thread" } }]),
    });
    expect(await found(service, "new")).toEqual(["a/2"]);
    expect(await found(service, "old")).toEqual([]);
  });

  test("is indexed from the start again where no line starts where it was", async ({ folders, startService }) => {
    const service = startService();
    await service.update({ sessionId: "a", metadata: folders.writeTexts("a", ["needle"]) });
    expect(await found(service, "needle")).toEqual(["a/2"]);
    const file = folders.file("a", "actions.jsonl");
    fs.writeFileSync(file, fs.readFileSync(file, "utf8").replace("needle", "a good deal more than a needle"));
    await service.update({ sessionId: "a", metadata: folders.writeTexts("a", ["needle two"]) });
    expect(await found(service, "deal")).toEqual(["a/2"]);
    expect(await found(service, "needle")).toEqual(["a/2", "a/3"]);
  });

  test("follows its session to another user", async ({ folders, startService }) => {
    const service = startService();
    await service.update({ sessionId: "a", metadata: folders.writeTexts("a", ["needle"]) });
    expect((await service.search("needle", { userId: "ann" })).hits).toEqual([]);
    await service.update({
      sessionId: "a",
      metadata: folders.write("a", [{ type: "metadata_updated", data: { userId: "ann" } }]),
    });
    expect((await service.search("needle", { userId: "ann" })).hits).toMatchObject([{ seq: 2, userId: "ann" }]);
  });

  test("of a session that was deleted and made again is the new one's alone, and the old one leaves nothing behind", async ({
    folders,
    startService,
  }) => {
    const service = startService();
    await service.update({
      sessionId: "a",
      metadata: folders.writeTexts(
        "a",
        Array.from({ length: 600 }, () => "old needle"),
      ),
    });
    expect((await service.search("needle")).hits).toHaveLength(20);
    folders.remove("a");
    await service.update({ sessionId: "a", metadata: folders.writeTexts("a", ["new needle"]), replaced: true });
    expect(await found(service, "needle")).toEqual(["a/2"]);
    expect(await service.call("stats", null)).toMatchObject({ total: 1, events: 2 });
    await vi.waitFor(() => expect(countRows(folders.path, "SELECT 1 FROM docs")).toBe(2));
    expect(countRows(folders.path, "SELECT 1 FROM texts WHERE texts MATCH 'old'")).toBe(0);
  });

  test("skips lines that are no events", async ({ folders, startService }) => {
    const service = startService();
    folders.writeTexts("a", ["needle one"]);
    fs.appendFileSync(folders.file("a", "actions.jsonl"), "torn{\n\n{}\n");
    await service.update({ sessionId: "a", metadata: folders.writeTexts("a", ["needle two"]) });
    expect(await found(service, "needle")).toEqual(["a/2", "a/3"]);
  });

  test("that cannot be read is reported, and is not waited for", async ({ folders, startService }) => {
    const service = startService();
    const metadata = folders.writeTexts("a", ["needle"]);
    fs.rmSync(folders.file("a", "actions.jsonl"));
    fs.mkdirSync(folders.file("a", "actions.jsonl"));
    await service.update({ sessionId: "a", metadata });
    expect(await found(service, "needle")).toEqual([]);
    expect(service.lag).toBe(0);
    expect(service.notices).toEqual([expect.stringContaining("'a' cannot be read")]);
  });

  test("of a folder that went away meanwhile is not waited for", async ({ folders, startService }) => {
    const service = startService();
    const metadata = folders.writeTexts("a", ["needle"]);
    folders.remove("a");
    await service.update({ sessionId: "a", metadata });
    expect(await found(service, "needle")).toEqual([]);
    expect(service.lag).toBe(0);
    expect(service.notices).toEqual([]);
  });

  test("is searchable in the end also where nobody asks for it", async ({ folders, startService }) => {
    for (let index = 0; index < 20; index++) folders.writeTexts(`session-${index}`, ["needle"]);
    const service = startService();
    await service.call("stats", null);
    await vi.waitFor(() => expect(service.lag).toBe(0));
    expect((await service.search("needle", { limit: 100 })).hits).toHaveLength(20);
  });

  test("of many sessions at once is waited for as a whole", async ({ folders, startService }) => {
    for (let index = 0; index < 2100; index++) folders.writeTexts(`session-${index}`, []);
    folders.writeTexts("last", ["needle"]);
    const service = startService({ searchWait: 60_000 });
    expect(await found(service, "needle")).toEqual(["last/2"]);
  });

  test("of one long line is read whole", async ({ folders, startService }) => {
    const service = startService();
    const metadata = folders.write("a", [
      { type: "session_created", data: {} },
      action({ text: "needle", blob: "x ".repeat(300_000) }),
      action({ text: "needle" }),
    ]);
    await service.update({ sessionId: "a", metadata });
    expect(await found(service, "needle")).toEqual(["a/2", "a/3"]);
  });
});
