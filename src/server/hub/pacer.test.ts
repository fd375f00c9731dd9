import { expect, test } from "vitest";
import { Pacer } from "./pacer.js";

function pacer(costMs: number) {
  const waits: number[] = [];
  let flushes = 0;
  let fire = () => {};
  const paced: Pacer = new Pacer(
    async () => {
      flushes += 1;
      paced.busy(costMs);
    },
    (run, milliseconds) => {
      waits.push(milliseconds);
      fire = run;
      return () => {};
    },
  );
  return { paced, waits, flushes: () => flushes, fire: () => fire() };
}

test("flushes at once where it is idle", async () => {
  const { paced, waits, flushes } = pacer(0);
  paced.request();
  expect(flushes()).toBe(1);
  expect(waits).toEqual([]);
});

test("lets as much time pass as the last flush took, at most 20 ms, and then flushes once for all that came", async () => {
  for (const [cost, least, most] of [
    [8, 1, 8],
    [500, 10, 20],
  ] as const) {
    const { paced, waits, flushes, fire } = pacer(cost);
    paced.request();
    await Promise.resolve();
    await Promise.resolve();
    for (let n = 0; n < 5; n++) paced.request();
    expect(waits).toHaveLength(1);
    expect(waits[0]).toBeGreaterThan(least);
    expect(waits[0]).toBeLessThanOrEqual(most);
    fire();
    expect(flushes()).toBe(2);
  }
});

test("what is asked for during a flush is flushed after it", async () => {
  let finish = () => {};
  let flushes = 0;
  const paced = new Pacer(
    () => {
      flushes += 1;
      return new Promise<void>((resolve) => (finish = resolve));
    },
    () => () => {},
  );
  paced.request();
  paced.request();
  expect(flushes).toBe(1);
  finish();
  await expect.poll(() => flushes).toBe(2);
});
