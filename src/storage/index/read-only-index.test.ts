import fs from "node:fs";
import { test as base, describe, expect } from "vitest";
import { changeFile, found, freshService, type Service } from "./testing.js";

const test = base.extend<Service>(freshService);

describe("a read-only index", () => {
  test("uses the file that is there and leaves the folder as it is", async ({ folders, startService }) => {
    folders.writeTexts("a", ["needle"]);
    const writer = startService();
    expect(await found(writer, "needle")).toEqual(["a/2"]);
    await writer.call("close", null);
    const before = fs.readdirSync(folders.root);
    const reader = startService({ readOnly: true });
    expect(await reader.ids()).toEqual(["a"]);
    expect(await found(reader, "needle")).toEqual(["a/2"]);
    await reader.update({ sessionId: "a", metadata: null });
    await reader.call("checkpoint", null);
    expect(await reader.call("stats", null)).toMatchObject({ total: 1, events: 2 });
    expect(fs.readdirSync(folders.root)).toEqual(before);
  });

  test("sees what the server that keeps the file has written", async ({ folders, startService }) => {
    folders.writeTexts("a", ["needle"]);
    const writer = startService();
    expect(await found(writer, "needle")).toEqual(["a/2"]);
    const reader = startService({ readOnly: true });
    expect(await reader.ids()).toEqual(["a"]);
    await writer.update({ sessionId: "b", metadata: folders.writeTexts("b", ["needle"]) });
    await writer.call("catchUp", null);
    expect(await reader.ids()).toEqual(["b", "a"]);
    expect(await found(reader, "needle")).toEqual(["a/2", "b/2"]);
    expect((await reader.call("stats", null)).total).toBe(2);
  });

  const unusable: [
    string,
    (folders: {
      path: string;
      writeTexts: (id: string, texts: string[]) => unknown;
      remove: (id: string) => void;
    }) => void,
  ][] = [
    ["is missing", ({ path }) => fs.rmSync(path)],
    ["is damaged", ({ path }) => fs.writeFileSync(path, "garbage ".repeat(2000))],
    ["is not finished", ({ path }) => changeFile(path, "UPDATE counters SET complete = 0")],
    ["lacks a folder", ({ writeTexts }) => writeTexts("c", ["needle"])],
  ];
  for (const [state, prepare] of unusable) {
    test(`is built in memory where the file ${state}`, async ({ folders, startService }) => {
      folders.writeTexts("a", ["needle"]);
      const writer = startService();
      await writer.call("stats", null);
      await writer.call("close", null);
      prepare({
        path: folders.path,
        writeTexts: (id, texts) => folders.writeTexts(id, texts),
        remove: (id) => folders.remove(id),
      });
      const before = fs.readdirSync(folders.root);
      const reader = startService({ readOnly: true });
      expect(await reader.ids()).toEqual(state === "lacks a folder" ? ["c", "a"] : ["a"]);
      expect(await found(reader, "needle")).toContain("a/2");
      await reader.call("checkpoint", null);
      expect(fs.readdirSync(folders.root)).toEqual(before);
    });
  }

  test("is built in memory where the file has a session too many", async ({ folders, startService }) => {
    folders.writeTexts("a", ["needle"]);
    folders.writeTexts("b", ["needle"]);
    const writer = startService();
    await writer.call("stats", null);
    await writer.call("close", null);
    folders.remove("a");
    expect(await startService({ readOnly: true }).ids()).toEqual(["b"]);
  });
});
