import fs from "node:fs";
import { expect, test } from "vitest";
import { Journal, listSegments } from "./journal.js";
import { FaultyFs, testFolder } from "./testing.js";

test.each([
  ["linux", ["openSync", "writev", "dsync"]],
  ["darwin", ["openSync", "writev", "fdatasync"]],
] as const)("on %s a group is durable by the call that promises it there", async (platform, expected) => {
  const folder = testFolder();
  const disk = new FaultyFs();
  const journal = new Journal({ folder, io: disk.io, sync: true, platform });
  await journal.write([Buffer.from("{}\n")]);
  const calls = disk.calls.filter((call) => call.endsWith(".journal")).map((call) => call.split(" ")[0]);
  expect(calls).toEqual(expected);
  disk.fault = (call) => (call === expected[2] ? "EIO" : undefined);
  await expect(journal.write([Buffer.from("{}\n")])).rejects.toMatchObject({ code: "EIO" });
  journal.rotate();
});

test("counts the bytes of groups, not the blanks ahead of them", async () => {
  const folder = testFolder();
  const journal = new Journal({ folder, io: new FaultyFs().io, sync: true });
  await journal.write([Buffer.alloc(1000, "x")]);
  const [segment] = listSegments(folder);
  expect(journal.bytes).toBe(1016);
  expect(fs.statSync(segment!.path).size).toBeGreaterThan(100_000);
  const ended = journal.rotate();
  await journal.write([Buffer.alloc(500, "x")]);
  expect(journal.bytes).toBe(1016 + 516);
  journal.dropThrough(ended);
  expect(journal.bytes).toBe(516);
  journal.rotate();
});
