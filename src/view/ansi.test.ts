import fc from "fast-check";
import { expect, test } from "vitest";
import { ansiLines } from "./ansi.js";

const esc = "\u001b";

test("obeys colours and emphasis, and carries them over lines until they are taken back", () => {
  expect(ansiLines(`a${esc}[1;31mb\nc${esc}[22md${esc}[0me`)).toEqual([
    [
      { text: "a", style: {} },
      { text: "b", style: { bold: true, color: 1 } },
    ],
    [
      { text: "c", style: { bold: true, color: 1 } },
      { text: "d", style: { color: 1 } },
      { text: "e", style: {} },
    ],
  ]);
});

test.for([
  ["[92m", { color: 10 }],
  ["[105m", { ground: 13 }],
  ["[38;5;196m", { color: "#ff0000" }],
  ["[38;5;7m", { color: 7 }],
  ["[48;5;244m", { ground: "#808080" }],
  ["[38;2;1;2;255m", { color: "#0102ff" }],
  ["[38;2;1;2;999m", {}],
  ["[38;5;999m", {}],
  ["[38;7;1m", { inverse: true, bold: true }],
  ["[m", {}],
] as const)("reads %s", ([sequence, style]) => {
  expect(ansiLines(`${esc}${sequence}x`)).toEqual([[{ text: "x", style }]]);
});

test("spells out every other sequence", () => {
  expect(
    ansiLines(`${esc}]0;title\u0007${esc}[2J${esc}[Kend`)
      .flat()
      .map(({ text }) => text)
      .join(""),
  ).toBe("\\e]0;title\\x07\\e[2Jend");
});

test("begins a line at a carriage return, and loses nothing", () => {
  expect(ansiLines("10%\r50%\r100%\r\ndone\r").map((line) => line.map(({ text }) => text).join(""))).toEqual([
    "10%", "50%", "100%", "done\\r",
  ]); // prettier-ignore
});

test("makes no more lines than are asked for", () => {
  expect(ansiLines("1\n2\n3", 2)).toHaveLength(2);
});

test("leaves no control character in any text", () => {
  const piece = fc.oneof(fc.string(), fc.constantFrom(esc, "[", "1;31m", "\r", "\n", "K", "38;5;", ":"));
  fc.assert(
    fc.property(fc.array(piece), (pieces) => {
      for (const { text } of ansiLines(pieces.join("")).flat()) expect(text).not.toMatch(/\p{Cc}/u);
    }),
  );
});
