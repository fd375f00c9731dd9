import { describe, expect, test } from "vitest";
import { borrow, giveBack } from "./buffer-pool.js";

const bytes = 100_000;

describe("a borrowed buffer", () => {
  test("holds what was asked for, whatever that is", () => {
    for (const size of [0, 1, 16 * 1024, bytes, 9 * 1024 * 1024]) {
      expect(borrow(size).length).toBeGreaterThanOrEqual(size);
    }
  });

  test("is lent to one at a time", () => {
    const held = borrow(bytes);
    expect(borrow(bytes).buffer).not.toBe(held.buffer);
  });

  test("serves again once it, or a part of it, was given back", () => {
    const held = borrow(bytes);
    giveBack(held.subarray(10, 20));
    expect(borrow(bytes).buffer).toBe(held.buffer);
  });

  test("that is given back twice is lent once", () => {
    const held = borrow(bytes);
    giveBack(held);
    giveBack(held);
    expect(borrow(bytes).buffer).toBe(held.buffer);
    expect(borrow(bytes).buffer).not.toBe(held.buffer);
  });
});

test("a buffer that was not borrowed is left alone", () => {
  const own = Buffer.allocUnsafeSlow(bytes);
  giveBack(own);
  expect(borrow(bytes).buffer).not.toBe(own.buffer);
});

test("no more than a few megabytes are kept", () => {
  const held = Array.from({ length: 6 }, () => borrow(2 * 1024 * 1024));
  for (const buffer of held) giveBack(buffer);
  const again = Array.from({ length: 6 }, () => borrow(2 * 1024 * 1024).buffer);
  expect(again.filter((buffer) => held.some((one) => one.buffer === buffer)).length).toBeLessThanOrEqual(4);
});
