import { describe, expect, test } from "vitest";
import { deletionHeader, groupHeader, restOf, scanSegment, tornTail } from "./journal-format.js";

const removal = (position: number) => ({ sessionId: "s", position, deletedAt: "2026-01-31T09:30:00.000Z" });

function group(number: number, payload: string): Buffer {
  const bytes = Buffer.from(payload);
  return Buffer.concat([groupHeader(number, [bytes]), bytes]);
}

const whole = (number: number): Buffer => group(number, deletionHeader(removal(number)));

describe("a journal segment", () => {
  test("is read group by group, up to the first that is torn", () => {
    const [first, second] = [whole(1), whole(2)];
    const groups = [...scanSegment(Buffer.concat([first, second.subarray(0, -1)]))];
    expect(groups).toEqual([{ number: 1, records: [removal(1)], end: first.length }]);
  });

  test.each([
    ["whose payload is no line", "no newline"],
    ["whose payload is a line of something else", "not an entry\n"],
    ["whose second entry is something else", `${deletionHeader(removal(2))}[]\n`],
  ])("ends before a group %s, though its checksum is right", (_name, payload) => {
    const groups = [...scanSegment(Buffer.concat([whole(1), group(2, payload), whole(3)]))];
    expect(groups.map(({ number }) => number)).toEqual([1]);
  });

  test("ends before a group that is out of turn", () => {
    expect([...scanSegment(Buffer.concat([whole(1), whole(3)]))]).toHaveLength(1);
  });

  test("ends without the blanks that are written ahead", () => {
    const first = whole(1);
    const rest = Buffer.from("torn");
    expect(restOf(Buffer.concat([first, Buffer.alloc(200_000)]), first.length)).toHaveLength(0);
    expect(restOf(Buffer.concat([first, rest, Buffer.alloc(200_000)]), first.length)).toEqual(rest);
  });
});

test("what a crash left of a group is told from what it cannot have left", () => {
  const torn = whole(2).subarray(0, -1);
  expect(tornTail(torn)).toBe(true);
  expect(tornTail(torn.subarray(0, 9))).toBe(true);
  expect(tornTail(Buffer.concat([Buffer.alloc(16), Buffer.from("tail")]))).toBe(true);
  expect(tornTail(Buffer.from("something else altogether"))).toBe(false);
  expect(tornTail(Buffer.concat([torn, whole(3)]))).toBe(false);
});
