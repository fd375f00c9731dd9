import * as fc from "fast-check";
import { expect, test } from "vitest";
import { ackLine, headLine, parseHead, parseSpool } from "./lines.js";

function eventLine(n: number): string {
  return `{"type":"action","eventId":"e${n}","timestamp":"2026-01-02T03:04:05.000Z","data":{"type":"a","n":${n}}}\n`;
}

test("reads events, what is done with, and what was dropped", () => {
  const dropped = { count: 7, from: "2026-01-02T03:04:05.000Z", to: "2026-01-02T03:04:06.000Z" };
  const text = headLine("s1", "0123456789ab") + eventLine(1) + ackLine(1, dropped) + eventLine(2) + ackLine(0);
  const { events, done, dropped: found } = parseSpool(text);
  expect(events).toEqual(
    [1, 2].map((n) => expect.objectContaining({ type: "action", eventId: `e${n}`, line: eventLine(n) })),
  );
  expect([done, found]).toEqual([1, dropped]);
  expect(parseSpool(text + ackLine(2, null)).dropped).toBeUndefined();
});

test("reads events in any spelling of JSON, and passes over lines that are none", () => {
  const spaced = '{ "eventId": "x", "timestamp": "t", "type": "response", "data": {} }\n';
  const { events } = parseSpool(`not json\n[]\n{"future":1}\n${spaced}${eventLine(1)}`);
  expect(events.map(({ type, eventId }) => [type, eventId])).toEqual([
    ["response", "x"],
    ["action", "e1"],
  ]);
});

test("reads the head of a file that has one", () => {
  expect(parseHead(headLine("s1", "ab") + eventLine(1))).toEqual({ spool: 1, session: "s1", space: "ab" });
  expect(parseHead(eventLine(1))).toBeUndefined();
  expect(parseHead('{"spool":2')).toBeUndefined();
});

test("of a file that was cut off anywhere, the whole lines count", () => {
  const text = headLine("s1", "ab") + [1, 2, 3].map(eventLine).join("") + ackLine(2);
  fc.assert(
    fc.property(fc.nat(text.length), (length) => {
      const cut = text.slice(0, length);
      const whole = cut.split("\n").slice(0, -1);
      const { events, done } = parseSpool(cut);
      expect(events.length).toBe(whole.filter((line) => line.startsWith('{"type"')).length);
      expect(done).toBe(whole.some((line) => line.startsWith('{"ack"')) ? 2 : 0);
    }),
  );
});
