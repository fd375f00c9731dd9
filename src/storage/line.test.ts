import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { eventTypes, streamOf, streams, withoutServerFields, type NewEvent, type SessionEvent } from "../core/event.js";
import type { JsonObject } from "../core/json.js";
import { encodeLine, foldedEvent, parseLine, seqOfLine, toEventLine, typeOfLine, type Stamp } from "./line.js";

const stamp: Stamp = {
  seq: 7,
  timestamp: "2026-01-31T10:30:00+01:00",
  receivedAt: "2026-01-31T09:30:00.000Z",
  eventId: "e-7",
};
const start =
  '{"seq":7,"timestamp":"2026-01-31T10:30:00+01:00","receivedAt":"2026-01-31T09:30:00.000Z","eventId":"e-7"';
const action = (data: JsonObject, raw?: string): NewEvent => ({
  type: "action",
  data,
  ...(raw !== undefined && { raw }),
});
const parsedAction = (raw: string) => action(JSON.parse(raw) as JsonObject, raw);

describe("a stored line", () => {
  test("is the stamp and the record for actions and responses", () => {
    expect(encodeLine(action({ type: "note", n: 1 }), stamp)).toBe(`${start},"type":"note","n":1}`);
    expect(encodeLine({ type: "response", data: { type: "note" } }, stamp)).toBe(`${start},"type":"note"}`);
  });

  test("is the stamp, the type and the data for every other event", () => {
    expect(encodeLine({ type: "goal_added", data: { goalId: "g", seq: 3 } }, stamp)).toBe(
      `${start},"type":"goal_added","data":{"goalId":"g","seq":3}}`,
    );
  });

  test.each([
    '{"type":"note", "text":"gr\\u00fcn 🪂 \u2028", "n":1.0}',
    '{ \t"type" : "note" }',
    '{"type":"note","type":"twice"}',
  ])("keeps the producer's text %s", (raw) => {
    expect(encodeLine(parsedAction(raw), stamp)).toBe(`${start},${raw.slice(1)}`);
    expect(encodeLine({ ...parsedAction(raw), type: "state_updated" }, stamp)).toBe(
      `${start},"type":"state_updated","data":${raw}}`,
    );
  });

  test.each([
    '{"type":"note","seq":99,"timestamp":"x","receivedAt":"x","eventId":"x","sessionId":"x","kept":{"seq":1}}',
    '{"type":"note","\\u0073eq":99,"kept":{"seq":1}}',
  ])("never has a second stamp: %s", (raw) => {
    const expected = `${start},"type":"note","kept":{"seq":1}}`;
    expect(encodeLine(parsedAction(raw), stamp)).toBe(expected);
    expect(encodeLine(action(JSON.parse(raw) as JsonObject), stamp)).toBe(expected);
  });

  test.each(["{}", "{ }", '{"seq":1}'])("is whole where nothing is left of the record %s", (raw) => {
    expect(encodeLine(parsedAction(raw), stamp)).toBe(`${start}}`);
    expect(encodeLine(action(JSON.parse(raw) as JsonObject), stamp)).toBe(`${start}}`);
  });
});

describe("the seq of a line", () => {
  test.each([
    [`${start},"type":"note"}`, 7],
    ['{"seq":9007199254740991}', Number.MAX_SAFE_INTEGER],
    ['{"type":"note","seq":12}', 12],
    ['  {"seq": 12}', 12],
    ['{"seq":12,"timest', 12],
  ])("of %s is %i", (line, seq) => {
    expect(seqOfLine(line)).toBe(seq);
  });

  test.each([
    "",
    "{}",
    "null",
    "[1]",
    "7",
    "garbage",
    '{"seq":0}',
    '{"seq":-3}',
    '{"seq":"5"}',
    '{"seq":null}',
    '{ "seq":1.5}',
    '{ "seq":1e300}',
    '{"type":"no',
  ])("of %j is 0", (line) => {
    expect(seqOfLine(line)).toBe(0);
  });
});

test("a line parses to its object, and to nothing where it is torn or no object", () => {
  expect(parseLine('{"a":1}')).toEqual({ a: 1 });
  for (const line of ["", '{"a":', "[]", "null", '"a"', "{}{}"]) expect(parseLine(line)).toBeUndefined();
});

test("the type of a line is its own", () => {
  expect(typeOfLine(`${start},"type":"note"}`)).toBe("note");
  for (const line of ["{}", '{"type":5}', "garbage"]) expect(typeOfLine(line)).toBe("");
});

describe("a line as an event", () => {
  const ids = fc.string({ unit: fc.constantFrom("a", "Z", "7", ".", "-", "_", ":"), minLength: 1, maxLength: 20 });
  const times = fc
    .date({ noInvalidDate: true, min: new Date(0), max: new Date("9999-12-31") })
    .map((date) => date.toISOString());
  const stamps: fc.Arbitrary<Stamp> = fc.record({
    seq: fc.integer({ min: 1 }),
    timestamp: times,
    receivedAt: times,
    eventId: ids,
  });
  const records = fc.dictionary(
    fc.oneof(fc.string({ unit: "grapheme" }), fc.constantFrom("type", "seq", "eventId", "data", "cursor")),
    fc.jsonValue(),
    { noNullPrototype: true },
  );
  const events = fc.tuple(fc.constantFrom(...eventTypes), records, fc.constantFrom(undefined, 0, 2)).map(
    // Parsed, so that `data` is what a body can hold; with `raw`, and with white space in it, or without.
    ([type, record, indent]): NewEvent => {
      const text = JSON.stringify(record, null, indent).replaceAll("\n", " ");
      return { type, data: JSON.parse(text) as JsonObject, ...(indent !== undefined && { raw: text }) };
    },
  );

  test("is what parsing the line and building the event gives, with or without a cursor", () => {
    fc.assert(
      fc.property(events, stamps, fc.constantFrom(undefined, "epoch.1z"), (event, given, cursor) => {
        const line = encodeLine(event, given);
        expect(line).not.toContain("\n");
        const record = JSON.parse(line) as JsonObject;
        const data = streamOf(event.type) === "changes" ? record["data"] : record;
        const built = { type: event.type, sessionId: "s", ...given, data, ...(cursor !== undefined && { cursor }) };
        expect(JSON.parse(toEventLine(streamOf(event.type), "s", line, cursor))).toEqual(built);
      }),
    );
  });

  test("folds to the event that was stored, a record with the stamp of the server", () => {
    fc.assert(
      fc.property(events, stamps, (event, given) => {
        const stream = streamOf(event.type);
        const line = encodeLine(event, given);
        const folded = foldedEvent(stream, line)!;
        expect(seqOfLine(line)).toBe(given.seq);
        expect(folded).toMatchObject({ type: event.type, seq: given.seq, timestamp: given.timestamp });
        expect(folded.data).toEqual(
          stream === "changes" ? event.data : { ...withoutServerFields(event.data), ...given },
        );
      }),
    );
  });

  const eventOf = (stream: (typeof streams)[number], line: string) =>
    JSON.parse(toEventLine(stream, "s", line, "c.1")) as SessionEvent;

  test("has the stamp of a record of another layout, as far as it has one", () => {
    expect(eventOf("responses", '{"type":"note", "timestamp":"2026-01-31T09:30:00Z", "seq":3}')).toEqual({
      type: "response",
      sessionId: "s",
      cursor: "c.1",
      seq: 3,
      timestamp: "2026-01-31T09:30:00Z",
      receivedAt: "2026-01-31T09:30:00Z",
      eventId: "",
      data: { type: "note", timestamp: "2026-01-31T09:30:00Z", seq: 3 },
    });
    expect(eventOf("actions", `${start}}`)).toMatchObject({ type: "action", ...stamp, data: { seq: 7 } });
  });

  test("belongs to the session whose folder it is in, whatever a line of another layout says", () => {
    const line =
      '{"sessionId":"other", "cursor":"x", "seq":3, "timestamp":"t", "eventId":"e", "type":"goal_added", "data":{"goalId":"g"}}';
    expect(eventOf("changes", line)).toEqual({
      type: "goal_added",
      sessionId: "s",
      cursor: "c.1",
      seq: 3,
      timestamp: "t",
      receivedAt: "t",
      eventId: "e",
      data: { goalId: "g" },
    });
    expect(eventOf("changes", ' {"seq":3,"type":"goal_added"}')).toMatchObject({
      sessionId: "s",
      seq: 3,
      data: { type: "goal_added" },
    });
  });

  test.each(streams)("is JSON also for a torn line of %s, and tells its text", (stream) => {
    expect(eventOf(stream, '{"seq":4,"timest')).toMatchObject({
      sessionId: "s",
      seq: 4,
      data: { type: "unreadable_line", text: '{"seq":4,"timest' },
    });
    expect(eventOf(stream, "")).toMatchObject({ sessionId: "s", seq: 0 });
  });
});

test.each([
  ["actions", "garbage"],
  ["actions", '{"seq":1,"type":"note"}'],
  ["responses", '{"seq":"1","timestamp":"t"}'],
  ["changes", '{"seq":1,"timestamp":"t","type":"goal_added"}'],
  ["changes", '{"seq":1,"timestamp":"t","type":"goal_added","data":[]}'],
  ["changes", '{"seq":1,"timestamp":"t","data":{}}'],
  ["changes", '{"seq":1,"timestamp":"t","type":"goal_added","data":{'],
] as const)("nothing is folded of the line of %s %s", (stream, line) => {
  expect(foldedEvent(stream, line)).toBeUndefined();
});
