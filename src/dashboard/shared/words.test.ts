import { expect, test } from "vitest";
import { dayWords, durationWords, plainWords } from "./words.js";

test("durations have room between their units", () => {
  expect([340, 1_200, 185_000, 7_800_000, 0].map(durationWords)).toEqual(["340ms", "1.2s", "3m 5s", "2h 10m", "0ms"]);
  expect(durationWords(null)).toBe("–");
});

test("a line loses the marks of Markdown, and nothing else", () => {
  expect(plainWords("## Move the **totals** - keep `src/cart.ts` > as it is")).toBe(
    "Move the totals keep src/cart.ts as it is",
  );
  expect(plainWords("a ** b, 2 * 3, snake__case and x-y")).toBe("a ** b, 2 * 3, snake__case and x-y");
});

test("days are told as people tell them", () => {
  expect(dayWords("2026-11-09")).toBe("9 Nov");
  expect(dayWords("soon")).toBe("soon");
});
