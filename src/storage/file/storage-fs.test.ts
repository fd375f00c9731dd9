import fs from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { reasonOf } from "./availability.js";
import { FilePool } from "./file-pool.js";
import { RecentLinks } from "./recent-links.js";
import { layoutOf } from "./layout.js";
import type { Notice } from "./notice.js";
import { setAside } from "./set-aside.js";
import { makeFolder, nodeFs, writeWhole } from "./storage-fs.js";
import { FaultyFs, testFolder } from "./testing.js";

describe("bytes that are written", () => {
  test("fail as on a full disk where it takes none of them", () => {
    const path = join(testFolder(), "file");
    const disk = new FaultyFs();
    const fd = disk.io.openSync(path, "w");
    onTestFinished(() => fs.closeSync(fd));
    disk.fault = (call) => (call === "writeSync" ? 0 : undefined);
    expect(() => writeWhole(fd, Buffer.from("bytes"), 0, disk.io)).toThrow(expect.objectContaining({ code: "ENOSPC" }));
    expect(fs.readFileSync(path, "utf8")).toBe("");
  });

  test("go to a bounded number of open files; the longest unused is closed", () => {
    const folder = testFolder();
    const disk = new FaultyFs();
    const pool = new FilePool(disk.io, 2);
    onTestFinished(() => pool.close());
    const [a, b, c] = ["a", "b", "c"].map((name) => join(folder, name)) as [string, string, string];
    pool.write(a, Buffer.from("1"), 0);
    pool.write(b, Buffer.from("1"), 0);
    pool.write(a, Buffer.from("2"), 1);
    pool.write(c, Buffer.from("1"), 0);
    expect([a, b, c].map((path) => pool.inodeOf(path) !== undefined)).toEqual([true, false, true]);
    pool.append(b, Buffer.from("2"), 1);
    expect(fs.readFileSync(b, "utf8")).toBe("12");
  });
});

describe("what is cut off a file", () => {
  test("is kept beside it", () => {
    const path = join(testFolder(), "file");
    fs.writeFileSync(path, "whole\ntorn");
    expect(setAside(path, 6, nodeFs)).toBe(4);
    expect(fs.readFileSync(path, "utf8")).toBe("whole\n");
    expect(fs.readFileSync(`${path}.torn`, "utf8")).toBe("torn\n");
    expect(setAside(path, 6, nodeFs)).toBe(0);
  });

  test("is nothing where there is no file, and a failure where it cannot be read", () => {
    const path = join(testFolder(), "file");
    expect(setAside(path, 0, nodeFs)).toBe(0);
    fs.symlinkSync(path, path);
    expect(() => setAside(path, 0, nodeFs)).toThrow(/ELOOP/);
  });
});

test("a folder cannot be made below a file", () => {
  const path = join(testFolder(), "file");
  fs.writeFileSync(path, "");
  expect(() => makeFolder(join(path, "a", "b"))).toThrow(expect.objectContaining({ code: "ENOTDIR" }));
});

test("a failure has a reason for people, also where it is of an unknown kind", () => {
  expect(reasonOf(Object.assign(new Error("x"), { code: "EDQUOT" }))).toBe("the disk quota is used up");
  expect(reasonOf(Object.assign(new Error("x"), { code: "EUNKNOWN" }))).toBe("the storage failed");
  expect(reasonOf(new Error("x"))).toBe("the storage failed");
});

test("a link to a recent session that cannot be made is told, and the others are there", async () => {
  const layout = layoutOf(testFolder());
  fs.mkdirSync(layout.recent);
  const notices: Notice[] = [];
  const links = new RecentLinks({ layout, notify: (notice) => notices.push(notice) });
  links.seed(["a", "x".repeat(300)]);
  await links.flush();
  expect(fs.readdirSync(layout.recent)).toEqual(["01-a"]);
  expect(notices).toMatchObject([{ level: "warn", detail: { error: { code: "ENAMETOOLONG" } } }]);
});
