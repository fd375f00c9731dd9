import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { eventTypes, hasServerField, serverFields, streamOf, withoutServerFields } from "./event.js";
import { newEventSchema, recordSchema, timestampSchema } from "./schemas.js";

test("keeps actions and responses by themselves, and every other event with the changes", () => {
  expect(streamOf("action")).toBe("actions");
  expect(streamOf("response")).toBe("responses");
  const others = eventTypes.filter((type) => type !== "action" && type !== "response");
  expect(new Set(others.map(streamOf))).toEqual(new Set(["changes"]));
});

describe("the fields of the server", () => {
  test.each(serverFields)("%s is dropped from a record", (field) => {
    const record = { type: "note", [field]: "theirs", kept: { [field]: 1 } };
    expect(hasServerField(record)).toBe(true);
    expect(withoutServerFields(record)).toEqual({ type: "note", kept: { [field]: 1 } });
    expect(record).toHaveProperty(field);
  });

  test("a record without them stays itself", () => {
    const record = { type: "note", Seq: 1 };
    expect(hasServerField(record)).toBe(false);
    expect(withoutServerFields(record)).toBe(record);
  });
});

describe("a timestamp", () => {
  test.each([
    "2026-01-31T09:30:00Z",
    "2026-01-31T10:30:01.5+01:00",
    "2026-01-31T09:30:00.123456789Z",
    "2024-02-29T23:59:59-23:59",
    "0000-01-01T00:00:00Z",
  ])("keeps %j as it is", (text) => {
    expect(timestampSchema.parse(text)).toBe(text);
  });

  test.each([
    [0, "1970-01-01T00:00:00.000Z"],
    [1_769_851_800_000.9, "2026-01-31T09:30:00.000Z"],
    [-1, "1969-12-31T23:59:59.999Z"],
    ["2026-01-31", "2026-01-31T00:00:00.000Z"],
    ["Sat, 31 Jan 2026 10:30:00 +0100", "2026-01-31T09:30:00.000Z"],
    ["2026-01-31 09:30:00Z", "2026-01-31T09:30:00.000Z"],
  ])("makes RFC 3339 of %j", (value, expected) => {
    expect(timestampSchema.parse(value)).toBe(expected);
  });

  test.each([
    "",
    "soon",
    "retry 5",
    "2026-02-30T00:00:00Z",
    "2025-02-29T00:00:00.000Z",
    "2026-04-31T00:00:00+02:00",
    "2026-13-01T00:00:00Z",
    "2026-01-31T24:00:00Z",
    "2026-01-31T09:60:00Z",
    "2026-01-31T09:30:00+99:99",
    "+275760-09-13T00:00:00.000Z",
    "x".repeat(65),
    8.64e15,
    -8.64e15,
    253_402_300_800_000,
    Number.NaN,
    Infinity,
    null,
    true,
    {},
  ])("refuses %j", (value) => {
    expect(timestampSchema.safeParse(value).success).toBe(false);
  });

  test("that is refused is told what it must be", () => {
    expect(timestampSchema.safeParse("soon").error?.issues).toMatchObject([
      { message: "must be an RFC 3339 time, such as 2026-01-31T09:30:00.000Z" },
    ]);
  });

  test("that is taken reads as the same time, is taken again, and needs no escaping", () => {
    const texts = fc.date({ noInvalidDate: true }).map((date) => date.toString());
    fc.assert(
      fc.property(fc.oneof(fc.integer(), fc.maxSafeInteger(), texts, fc.string()), (value) => {
        const { data: timestamp } = timestampSchema.safeParse(value);
        fc.pre(timestamp !== undefined);
        expect(timestampSchema.parse(timestamp)).toBe(timestamp);
        expect(Date.parse(timestamp)).toBe(typeof value === "number" ? value : Date.parse(value));
        expect(JSON.stringify(timestamp)).toBe(`"${timestamp}"`);
      }),
    );
  });
});

test("a record is any object with a type", () => {
  const record = { type: "tool_call", input: [1, { deep: true }] };
  expect(recordSchema.parse(record)).toEqual(record);
  for (const bad of [
    {},
    { type: "" },
    { type: 5 },
    { type: "x".repeat(257) },
    { type: "a", eventId: "two words" },
    [],
    null,
  ]) {
    expect(recordSchema.safeParse(bad).success).toBe(false);
  }
});

test("an event has a known type and data, and nothing that it does not know", () => {
  expect(newEventSchema.parse({ type: "goal_added", data: { a: [null] }, timestamp: 0 })).toEqual({
    type: "goal_added",
    data: { a: [null] },
    timestamp: "1970-01-01T00:00:00.000Z",
  });
  for (const bad of [
    { type: "session_deleted", data: {} },
    { type: "action" },
    { type: "action", data: [] },
    { type: "action", data: {}, dta: 1 },
  ]) {
    expect(newEventSchema.safeParse(bad).success).toBe(false);
  }
});
