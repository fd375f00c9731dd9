import fc from "fast-check";
import { expect, test } from "vitest";
import { scanEnvelope } from "./envelope.js";

const name = fc.constantFrom(
  "type",
  "eventId",
  "timestamp",
  "seq",
  "sessionId",
  "receivedAt",
  "cursor",
  "data",
  "other",
);
const scalar = fc.oneof(
  fc.constantFrom("action", "2026-01-01T00:00:00Z", String.raw`a\b`, "\n", "é", 'q"'),
  fc.string({ maxLength: 6 }),
  fc.integer(),
  fc.constant(null),
);
const data = fc.dictionary(fc.string({ maxLength: 4 }), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 });
const space = fc.constantFrom("", " ", "  ", "\t");

/** An event's text as a producer may write it: fields in any order and number, with or without spaces. */
const written = fc
  .tuple(fc.array(fc.tuple(name, fc.oneof(scalar, data)), { maxLength: 4 }), data, space)
  .map(([fields, last, gap]) => {
    const all = [...fields, ["data", last] as const];
    return `{${all.map(([key, value]) => `${gap}"${key}"${gap}:${gap}${JSON.stringify(value)}`).join(",")}${gap}}`;
  });

/** The same with one character changed, dropped or doubled. */
const damaged = fc
  .tuple(written, fc.nat(), fc.constantFrom("", '"', "\\", "}", "{", ",", "\u0001", "0"))
  .map(([text, at, by]) => {
    const place = at % text.length;
    return text.slice(0, place) + by + text.slice(place + 1);
  });

test("what it makes of a text is what JSON makes of it", () => {
  let scanned = 0;
  fc.assert(
    fc.property(fc.oneof(written, damaged), (text) => {
      const envelope = scanEnvelope(text);
      if (envelope === undefined) return;
      scanned += 1;
      const { type, eventId, timestamp, data: parsed } = JSON.parse(text) as Record<string, unknown>;
      expect({ type, eventId, timestamp, data: parsed }).toEqual({
        type: envelope.type,
        eventId: envelope.eventId,
        timestamp: envelope.timestamp,
        data: envelope.data,
      });
      expect(JSON.parse(envelope.raw)).toEqual(envelope.data);
    }),
    { numRuns: 3000 },
  );
  expect(scanned).toBeGreaterThan(100);
});

test("takes the usual forms", () => {
  const raw = '{"type":"tool_call","n":1.0}';
  const expected = { type: "action", eventId: "e", timestamp: "t", data: { type: "tool_call", n: 1 }, raw };
  expect(scanEnvelope(`{"type":"action","eventId":"e","timestamp":"t","data":${raw}}`)).toEqual(expected);
  expect(scanEnvelope(`{"timestamp": "t", "seq": 7, "eventId": "e", "type": "action", "data": ${raw} }`)).toEqual(
    expected,
  );
});
