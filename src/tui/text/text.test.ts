import { expect, test } from "vitest";
import { cut, fit, widthOf, wrap } from "./cells.js";
import { fitLine, span, spread, widthOfLine } from "./line.js";
import { progressBar, sparkline } from "./bars.js";
import { printable } from "./printable.js";

test("spells out whatever steers a terminal", () => {
  expect(printable("a\u001b[31mred\u001b[0m\u0007\r\n\u009b2J")).toBe("a\\e[31mred\\e[0m\\x07\\r\\n\\x9b2J");
  expect(printable("\u202egnp.exe\u2066")).toBe("\\u202egnp.exe\\u2066");
  expect(printable("tag\u{e0041}")).toBe("tag\\u{e0041}");
  expect(printable("\ud800 alone")).toBe("\\ud800 alone");
});

test("gives every emoji the cells that every terminal gives it", () => {
  expect(printable("❤️👍🏽👩‍👧")).toBe("❤👍👩👧");
  expect(widthOf("👩👧")).toBe(4);
});

test("counts wide characters twice and marks not at all", () => {
  expect(widthOf("日本語")).toBe(6);
  expect(widthOf("e\u0301")).toBe(1);
});

test("cuts between characters, never inside a wide one", () => {
  expect(cut("日本語", 5)).toBe("日本…");
  expect(cut("日本語", 4)).toBe("日…");
  expect(fit("日本語", 4)).toBe("日… ");
  expect(cut("plain", 5)).toBe("plain");
  expect(cut("plain text", 5)).toBe("plai…");
});

test("wraps at spaces and breaks what has none", () => {
  expect(wrap("one two three four", 9)).toEqual(["one two", "three", "four"]);
  expect(wrap("abcdefghij", 4)).toEqual(["abcd", "efgh", "ij"]);
  expect(wrap("日本語日本語", 5)).toEqual(["日本", "語日", "本語"]);
  expect(wrap("", 5)).toEqual([""]);
});

test("fills a line to its width exactly, whatever is in it", () => {
  for (const text of ["short", "日本語日本語日本語", "a".repeat(100), "👍👍👍👍👍"]) {
    for (const width of [1, 7, 10, 11]) {
      expect(widthOfLine(fitLine([span(text), span("x")], width))).toBe(width);
      expect(widthOfLine(spread([span(text)], [span("right")], width))).toBe(width);
    }
  }
});

test("draws rates against the largest of them", () => {
  expect(sparkline([0, 1, 4, 8], 6)).toBe("   ▁▄█".replace("▁▄█", "▁▄█").padStart(6));
  expect(sparkline([1], 3, 8)).toBe("  ▁");
});

test("draws progress to an eighth of a cell", () => {
  expect(progressBar(0.5, 4)).toEqual({ filled: "██", rest: "  " });
  expect(progressBar(1, 3)).toEqual({ filled: "███", rest: "" });
  expect(progressBar(0, 3)).toEqual({ filled: "", rest: "   " });
  expect(progressBar(0.5, 3).filled).toBe("█▌");
});
