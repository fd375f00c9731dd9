import { appendFileSync, renameSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test as base } from "vitest";
import { type Folder, freshFolder } from "./cli-fixture.js";
import { TailReader, valuesOf, type ReadLine } from "./import-claude-code-tail.js";

const test = base.extend<Folder>(freshFolder);

const values = (lines: readonly ReadLine[]) => lines.flatMap((line) => ("value" in line ? [line.value] : []));
const problems = (lines: readonly ReadLine[]) => lines.flatMap((line) => ("problem" in line ? [line.problem] : []));

function all(reader: TailReader): ReadLine[] {
  const read: ReadLine[] = [];
  for (let { lines } = reader.read(); lines.length > 0; { lines } = reader.read()) read.push(...lines);
  return read;
}

test("reads on where it left off, and a torn last line once it is whole", ({ folder }) => {
  const path = join(folder, "a.jsonl");
  writeFileSync(path, '{"n":1}\n{"n":2,"te');
  const reader = new TailReader(path);
  expect(values(all(reader))).toEqual([{ n: 1 }]);
  expect(all(reader)).toEqual([]);
  appendFileSync(path, 'xt":"ä"}');
  expect(values(all(reader))).toEqual([{ n: 2, text: "ä" }]);
  appendFileSync(path, '\n\n{"n":3}\n');
  expect(values(all(reader))).toEqual([{ n: 3 }]);
});

test("reports a line that is not JSON, by its number, and goes on behind it", ({ folder }) => {
  const path = join(folder, "a.jsonl");
  writeFileSync(path, '{"n":1}\nnot json\n{"n":3}\n');
  const lines = all(new TailReader(path));
  expect(values(lines)).toEqual([{ n: 1 }, { n: 3 }]);
  expect(problems(lines)).toEqual([`${path}:2: the line is not JSON, and was left out`]);
});

test("leaves out a line that is too long, and says how long it is", ({ folder }) => {
  const path = join(folder, "a.jsonl");
  const long = `{"text":"${"x".repeat(3_000_000)}"}`;
  writeFileSync(path, `{"n":1}\n${long}\n{"n":3}\n`);
  const lines = all(new TailReader(path, 1_000_000));
  expect(values(lines)).toEqual([{ n: 1 }, { n: 3 }]);
  expect(problems(lines)).toEqual([`${path}:2: the line of ${long.length} bytes is too long, and was left out`]);
  expect(values(all(new TailReader(path)))).toHaveLength(3);
});

test("reads a line of several megabytes that comes in pieces", ({ folder }) => {
  const path = join(folder, "a.jsonl");
  const reader = new TailReader(path);
  writeFileSync(path, '{"text":"');
  for (let n = 0; n < 5; n++) {
    expect(all(reader)).toEqual([]);
    appendFileSync(path, "x".repeat(700_000));
  }
  appendFileSync(path, '"}\n{"n":2}\n');
  expect(values(all(reader)).map((value) => JSON.stringify(value).length)).toEqual([3_500_011, 7]);
});

test("says that a file is another one by now, or shorter than before", ({ folder }) => {
  const path = join(folder, "a.jsonl");
  writeFileSync(path, '{"n":1}\n{"n":2}\n');
  const [one, two] = [new TailReader(path), new TailReader(path)];
  all(one);
  all(two);
  truncateSync(path, 8);
  expect(one.read()).toEqual({ lines: [], replaced: true });
  writeFileSync(join(folder, "b.jsonl"), '{"n":1}\n{"n":2}\n{"n":3}\n');
  renameSync(join(folder, "b.jsonl"), path);
  expect(two.read()).toEqual({ lines: [], replaced: true });
});

test("reads every line once, wherever the file ends each time", ({ folder }) => {
  const path = join(folder, "p.jsonl");
  const line = fc.oneof(
    fc.record({ text: fc.string({ unit: "grapheme" }) }),
    fc.record({ text: fc.constant("y".repeat(200_000)) }),
  );
  fc.assert(
    fc.property(fc.array(line, { maxLength: 6 }), fc.array(fc.nat(400_000), { maxLength: 4 }), (lines, cuts) => {
      const bytes = Buffer.from(lines.map((each) => `${JSON.stringify(each)}\n`).join(""));
      const reader = new TailReader(path);
      const read: unknown[] = [];
      writeFileSync(path, "");
      for (const cut of [
        ...cuts.map((place) => Math.min(place, bytes.length)).toSorted((a, b) => a - b),
        bytes.length,
      ]) {
        // Written in place, so that the file stays the same one.
        writeFileSync(path, bytes.subarray(0, cut), { flag: "r+" });
        read.push(...values(all(reader)));
      }
      expect(read).toEqual(lines);
      expect([...valuesOf(path)]).toEqual(lines);
    }),
    { numRuns: 60 },
  );
});
