import { expect, test } from "vitest";
import { createPaint } from "./colors.js";
import { formatTable, formatTsv, type Column } from "./table.js";

interface Row {
  name: string;
  count: number;
  note: string;
}

const columns: Column<Row>[] = [
  { header: "NAME", value: ({ name }) => name },
  { header: "COUNT", value: ({ count }) => String(count), show: ({ count }) => `${count}x`, align: "right" },
  { header: "NOTE", value: ({ note }) => note, flexible: true, color: () => "red" },
];
const rows: Row[] = [
  { name: "a", count: 1, note: "short" },
  { name: "bcd", count: 1200, note: "a note that is far too long for a narrow terminal" },
];
const plain = createPaint(false);

test("aligns columns", () => {
  expect(formatTable(columns, rows, 100, plain)).toBe(
    [
      "NAME  COUNT  NOTE",
      "a        1x  short",
      "bcd   1200x  a note that is far too long for a narrow terminal",
      "",
    ].join("\n"),
  );
});

test("cuts only flexible columns where the terminal is narrow", () => {
  const lines = formatTable(columns, rows, 30, plain).trimEnd().split("\n");
  expect(lines[2]).toBe("bcd   1200x  a note that is f…");
  expect(Math.max(...lines.map((line) => line.length))).toBe(30);
});

test("colours only where it is asked to", () => {
  expect(formatTable(columns, rows, 100, createPaint(true))).toContain("\u001b[31mshort\u001b[0m");
  expect(formatTable(columns, rows, 100, plain)).not.toContain("\u001b");
});

test("gives scripts exact values, one row a line whatever is in them", () => {
  const hostile = [{ name: "a\tb\nc", count: 1, note: "\u001b[2J" }];
  expect(formatTsv(columns, hostile)).toBe("a\\tb\\nc\t1\t\\e[2J\n");
  expect(formatTable(columns, hostile, 100, plain)).not.toContain("\u001b");
});
