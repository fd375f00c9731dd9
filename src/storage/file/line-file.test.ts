import fs from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { linesBackward, openForReading, splitLines, withFile, type LineRun, type OpenFile } from "./line-file.js";
import { testFolder } from "./testing.js";

function inFile<T>(text: string, use: (file: OpenFile) => T): T {
  const path = join(testFolder(), "lines.jsonl");
  fs.writeFileSync(path, text);
  return withFile(path, undefined, undefined, use)!;
}

const textOf = ({ bytes }: LineRun): string => bytes.toString();

describe("the last lines of a file", () => {
  test("hold at most so many bytes, and are whole lines", () => {
    const text = "0123456\n".repeat(20);
    const run = inFile(text, (file) => linesBackward(file, file.size, 100, 20));
    expect(run).toMatchObject({ count: 2, start: 18 * 8, end: 20 * 8 });
    expect(textOf(run)).toBe("0123456\n".repeat(2));
  });

  test("hold one line that is longer than the bound", () => {
    const long = "x".repeat(500);
    const run = inFile(`${"y".repeat(2000)}\n${long}\n`, (file) => linesBackward(file, file.size, 100, 20));
    expect(run.count).toBe(1);
    expect(textOf(run)).toBe(`${long}\n`);
  });

  test("count an empty one, also where the file begins with it", () => {
    const run = inFile("\nabc\n", (file) => linesBackward(file, file.size, 5, 1000));
    expect(run).toMatchObject({ count: 2, start: 0, end: 5 });
  });
});

test("a last line without its newline is a line", () => {
  expect(splitLines(Buffer.from("a\nb"))).toEqual(["a", "b"]);
  expect(splitLines(Buffer.from("a\nb\n"))).toEqual(["a", "b"]);
});

test("only a file that is missing counts as none; any other failure is told", () => {
  const folder = testFolder();
  const loop = join(folder, "loop");
  fs.symlinkSync(loop, loop);
  expect(openForReading(join(folder, "missing"))).toBeUndefined();
  expect(() => openForReading(loop)).toThrow(/ELOOP/);
});
