import { expect, test } from "vitest";
import { displayWidth, pad, printable, printableJson, truncate } from "./text.js";

test("shows escape sequences and other controls in place of obeying them", () => {
  expect(printable("a\u001b[31mred\u001b[0m\u0007\u009b2J\n\tb\u202e")).toBe(
    "a\\e[31mred\\e[0m\\x07\\x9b2J\\n\\tb\\u202e",
  );
  expect(printable("Grüße, 世界 👋")).toBe("Grüße, 世界 👋");
});

test("escapes what JSON leaves raw, and the value stays the same", () => {
  const json = JSON.stringify({ text: "\u009b31m\u001b[0m\u007f" });
  const safe = printableJson(json);
  expect(safe).toMatch(/^[\u0020-\u007e]*$/);
  expect(JSON.parse(safe)).toEqual(JSON.parse(json));
});

test("counts cells, not characters", () => {
  expect(["abc", "é", "e\u0301", "世界", "👩‍👩‍👧", ""].map(displayWidth)).toEqual([3, 1, 1, 4, 2, 0]);
});

test("cuts at a cell and marks the cut", () => {
  expect(truncate("abcdef", 6)).toBe("abcdef");
  expect(truncate("abcdef", 4)).toBe("abc…");
  expect(truncate("世界世界", 4)).toBe("世…");
});

test("pads to cells on either side", () => {
  expect([pad("世", 4), pad("7", 3, "right"), pad("long", 2)]).toEqual(["世  ", "  7", "long"]);
});
