import { spawn } from "node:child_process";
import { once } from "node:events";
import fs from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { AppError } from "../../core/errors.js";
import { action } from "../suite/under-test.js";
import { openFileStore } from "./file-store.js";
import { lockHolder, takeLock } from "./lock.js";
import { repairStore } from "./repair.js";
import { FaultyFs, findingsOf, openStore, testFolder } from "./testing.js";

async function refusal(promise: Promise<unknown>): Promise<AppError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof AppError) return error;
  throw new Error("expected an AppError", { cause: error });
}

/** A process of its own that holds the lock of the folder until it is killed. */
async function lockElsewhere(folder: string) {
  const program = `
    const { DatabaseSync } = require("node:sqlite");
    const { writeFileSync } = require("node:fs");
    const database = new DatabaseSync(process.argv[1]);
    database.exec("PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE");
    writeFileSync(process.argv[1] + ".json", JSON.stringify({ pid: process.pid, started: "2026-01-31T09:30:00.000Z" }));
    process.stdout.write("locked");
    setInterval(() => database.location(), 1000);
  `;
  const child = spawn(process.execPath, ["-e", program, join(folder, "lock")], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(child.stdout, "data");
  return child;
}

test("a folder that this process has open is not opened again", async () => {
  const { path } = await openStore(testFolder());
  const error = await refusal(openFileStore({ path }));
  expect(error.code).toBe("storage_locked");
  expect(error.message).toContain(`process ${process.pid}`);
});

test("a folder that another process has open is refused with its pid, and taken over once that is killed", async () => {
  const path = testFolder();
  const child = await lockElsewhere(path);
  const error = await refusal(openFileStore({ path }));
  expect(error.code).toBe("storage_locked");
  expect(error.message).toContain(`process ${child.pid} (started 2026-01-31T09:30:00.000Z)`);
  expect(lockHolder(join(path, "lock"))).toMatchObject({ pid: child.pid });
  expect((await refusal(repairStore(path).next())).code).toBe("storage_locked");

  child.kill("SIGKILL");
  await once(child, "close");
  expect(lockHolder(join(path, "lock"))).toBeUndefined();
  const { store } = await openStore(path);
  expect((await store.append("s", [action()])).events[0]?.seq).toBe(2);
  expect(JSON.parse(fs.readFileSync(join(path, "lock.json"), "utf8"))).toMatchObject({ pid: process.pid });
});

test("a folder is free again after a close, and after an open that failed", async () => {
  const path = testFolder();
  const disk = new FaultyFs();
  disk.fault = (call) => (call === "fsyncSync" ? "EIO" : undefined);
  expect(await refusal(openFileStore({ path, io: disk.io }))).toMatchObject({ code: "storage_unavailable" });
  const { store } = await openStore(path);
  await store.close();
  takeLock(join(path, "lock"), "").release();
  expect(fs.existsSync(join(path, "lock.json"))).toBe(false);
});

test("a lock whose holder is not named is still a lock", async () => {
  const path = testFolder();
  await lockElsewhere(path);
  fs.writeFileSync(join(path, "lock.json"), "not JSON");
  expect((await refusal(openFileStore({ path }))).message).toContain("another process");
});

test.each(["EROFS", "EACCES"])("a folder that cannot be written (%s) is refused in words", async (code) => {
  const path = testFolder();
  const { store } = await openStore(path);
  await store.append("s", [action()]);
  await store.close();
  const disk = new FaultyFs();
  disk.fault = (call, file) => (call === "fsyncSync" || call === "rmSync" || file.endsWith(".log") ? code : undefined);
  const error = await refusal(openFileStore({ path, io: disk.io }));
  expect(error).toMatchObject({ code: "storage_unavailable" });
  expect(error.message).not.toContain(path);
});

test.each(["below a file", "below /proc"])("a path that can be no folder (%s) is refused in words", async (where) => {
  const file = join(testFolder(), "file");
  fs.writeFileSync(file, "");
  const path = where === "below a file" ? join(file, "store") : "/proc/nothere/store";
  const error = await refusal(openFileStore({ path }));
  expect(error.code).toBe("storage_unavailable");
  expect(error.message).toContain("check its path and permissions");
});

test("a lock file that is something else is refused in words", async () => {
  const path = testFolder();
  fs.writeFileSync(join(path, "lock"), "this is no lock of ours".repeat(100));
  expect((await refusal(openFileStore({ path }))).code).toBe("storage_unavailable");
  fs.rmSync(join(path, "lock"));
  fs.mkdirSync(join(path, "lock"));
  expect((await refusal(openFileStore({ path }))).code).toBe("storage_unavailable");
});

test("verify does not hold the folder against a server", async () => {
  const { store, path } = await openStore(testFolder());
  await store.append("s", [action()]);
  expect((await findingsOf(path)).filter(({ file }) => file.startsWith("journal"))).toEqual([]);
  await store.close();
  expect(await findingsOf(path)).toEqual([]);
  await openStore(path);
});
