import fs from "node:fs";
import { test as base, describe, expect, vi } from "vitest";
import { changeFile, found, freshService, type Service } from "./testing.js";

const test = base.extend<Service>(freshService);

describe("a service that fails", () => {
  test("to index text says so once, answers with what it has, and goes on with the next events", async ({
    folders,
    startService,
  }) => {
    const service = startService();
    await service.update({ sessionId: "a", metadata: folders.writeTexts("a", ["needle"]) });
    expect(await found(service, "needle")).toEqual(["a/2"]);
    changeFile(folders.path, "INSERT INTO docs VALUES (3, 0, 0, 0, 0, 0, 0)");
    for (const text of ["needle two", "needle three"]) {
      await service.update({ sessionId: "a", metadata: folders.writeTexts("a", [text]) });
      expect(await found(service, "needle")).toEqual(["a/2"]);
    }
    expect(service.lag).toBe(2);
    expect(service.notices).toEqual([expect.stringContaining("not searchable for now")]);
    changeFile(folders.path, "DELETE FROM docs WHERE id = 3");
    await service.update({ sessionId: "a", metadata: folders.writeTexts("a", ["needle four"]) });
    expect(await found(service, "needle")).toEqual(["a/2", "a/3", "a/4", "a/5"]);
    expect(service.lag).toBe(0);
  });

  test("on a damaged file removes it and dies without an answer", async ({ folders, startService }) => {
    const metadata = folders.writeTexts("a", ["needle"], { tags: ["x"] });
    const service = startService();
    await service.call("catchUp", null);
    changeFile(folders.path, "DROP TABLE tags");
    const answered = vi.fn<() => void>();
    void service.update({ sessionId: "b", metadata: { ...metadata, sessionId: "b" } }).finally(answered);
    void service.call("stats", null).finally(answered);
    await vi.waitFor(() => expect(service.deaths).toMatchObject([{ message: expect.stringContaining("tags") }]));
    expect(answered).not.toHaveBeenCalled();
    expect(fs.existsSync(folders.path)).toBe(false);
  });

  test("on a table of texts that is damaged while nobody asks dies as well", async ({ folders, startService }) => {
    const service = startService();
    await service.call("stats", null);
    changeFile(folders.path, "DROP TABLE texts");
    await service.update({ sessionId: "a", metadata: folders.writeTexts("a", ["needle"]) });
    await vi.waitFor(() => expect(service.deaths).toHaveLength(1));
    expect(fs.existsSync(folders.path)).toBe(false);
  });

  test("to find its folders says so, and answers from what it has", async ({ folders, startService }) => {
    folders.writeTexts("a", ["needle"]);
    const one = startService();
    await one.call("stats", null);
    await one.call("close", null);
    fs.renameSync(folders.sessions, `${folders.sessions}-away`);
    fs.writeFileSync(folders.sessions, "");
    const two = startService();
    expect(await two.ids()).toEqual(["a"]);
    await vi.waitFor(() => expect(two.notices).toEqual([expect.stringContaining("compared with the session folders")]));
    await two.call("close", null);
    fs.rmSync(folders.path);
    await expect(startService().ids()).rejects.toMatchObject({ code: "index_unavailable" });
  });

  test("closed while it is being built just stops", async ({ folders, startService }) => {
    for (let index = 0; index < 50; index++) folders.writeTexts(`session-${index}`, ["needle"]);
    const service = startService();
    const waiting = service.call("catchUp", null);
    await service.call("close", null);
    await expect(waiting).rejects.toMatchObject({ code: "index_unavailable" });
    expect(service.notices).toEqual([]);
  });
});
