import fc from "fast-check";
import { expect, test } from "vitest";
import { TimeScale } from "./time-scale.js";

function scaleOf(...points: [seq: number, at: number][]): TimeScale {
  const scale = new TimeScale();
  scale.add(points.map(([seq, at]) => ({ seq, at })));
  return scale;
}

test("tells times and seqs between those that it knows", () => {
  const scale = scaleOf([1, 1000], [11, 2000], [12, 9000]);
  expect([0, 1, 6, 11, 99].map((seq) => scale.timeOf(seq))).toEqual([1000, 1000, 1500, 2000, 9000]);
  expect([0, 1500, 2000, 99_999].map((at) => scale.seqAt(at))).toEqual([1, 6, 11, 12]);
});

test("holds a stretch of time between events that lie outside it", () => {
  const scale = scaleOf([1, 1000], [10, 2000], [20, 3000], [30, 4000]);
  expect(scale.around({ from: 2500, to: 2600 })).toEqual({ after: 10, to: 20 });
  expect(scale.around({ from: 0, to: 9000 })).toEqual({ after: 0, to: 30 });
});

test("counts a time that goes back as the one before", () => {
  expect(scaleOf([1, 1000], [2, 500], [3, 1200]).points.map(({ at }) => at)).toEqual([1000, 1000, 1200]);
});

test("leaves out times that are none", () => {
  expect(scaleOf([1, Number.NaN], [2, 5]).points).toHaveLength(1);
});

test("spreads events over the parts of a time, and loses none", () => {
  expect(scaleOf([1, 0], [5, 4]).density({ from: 0, to: 4 }, 4)).toEqual([2, 1, 1, 1]);
  const point = fc.record({ seq: fc.integer({ min: 1, max: 1e6 }), at: fc.integer({ min: 0, max: 1e6 }) });
  fc.assert(
    fc.property(fc.array(point, { minLength: 1 }), (points) => {
      const scale = new TimeScale();
      scale.add(points);
      const counted = scale.density({ from: 0, to: 1_000_001 }, 50).reduce((sum, count) => sum + count, 0);
      expect(counted).toBeCloseTo(scale.points.at(-1)!.seq, 3);
    }),
  );
});
