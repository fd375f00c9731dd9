import { expect, test } from "vitest";
import { EventBuffer } from "./event-buffer.js";

const done = { done: true, value: undefined };

test("gives items in order, also to one who waited first", async () => {
  const buffer = new EventBuffer<string>({ items: 10, weight: 100 });
  const waiting = buffer.take();
  buffer.push("a", 1);
  buffer.push("b", 1);
  expect(await waiting).toEqual({ done: false, value: "a" });
  expect(await buffer.take()).toEqual({ done: false, value: "b" });
});

test("is full at its number of items or at its weight, and not any more once taken from", async () => {
  const buffer = new EventBuffer<string>({ items: 2, weight: 100 });
  buffer.push("a", 1);
  expect(buffer.full).toBe(false);
  buffer.push("b", 1);
  expect(buffer.full).toBe(true);
  await buffer.take();
  expect(buffer.full).toBe(false);
  buffer.push("heavy", 99);
  expect(buffer.full).toBe(true);
});

test("is drained only once the last item was taken", async () => {
  const buffer = new EventBuffer<string>({ items: 2, weight: 100 });
  buffer.push("a", 1);
  buffer.push("b", 1);
  let drained = false;
  const waiting = buffer.drained().then(() => (drained = true));
  await buffer.take();
  expect(drained).toBe(false);
  await buffer.take();
  await waiting;
});

test("what was pushed before the end is still given, then the error once", async () => {
  const buffer = new EventBuffer<string>({ items: 2, weight: 100 });
  buffer.push("a", 1);
  buffer.end(new Error("refused"));
  expect(await buffer.take()).toEqual({ done: false, value: "a" });
  await expect(buffer.take()).rejects.toThrow("refused");
  expect(await buffer.take()).toEqual(done);
});

test("discarding ends it at once and lets waiting ones go", async () => {
  const buffer = new EventBuffer<string>({ items: 2, weight: 100 });
  buffer.push("a", 1);
  buffer.push("b", 1);
  const drained = buffer.drained();
  buffer.discard();
  await drained;
  expect(await buffer.take()).toEqual(done);
});
