import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { eventTypes, streams, type Stream } from "../core/event.js";
import { EventWriter, seqInBytes } from "./event-writer.js";
import { encodeLine, toEventLine } from "./line.js";

const stamp = { seq: 7, timestamp: "2026-01-31T10:30:00Z", receivedAt: "2026-01-31T10:30:00.123Z", eventId: "e-7" };

function written(stream: Stream, ...lines: string[]): string {
  const writer = new EventWriter("sitzung-1", 0);
  for (const line of lines) {
    const source = Buffer.from(`before\n${line}\nbehind`);
    writer.write(stream, source, 7, source.length - 7);
  }
  return writer.bytes.toString();
}

describe("an event written from bytes", () => {
  test("is the one that is made of the line's text, for any record and stream", () => {
    const lines = fc.record({
      type: fc.constantFrom(...eventTypes),
      data: fc.dictionary(fc.string({ unit: "grapheme" }), fc.jsonValue(), { maxKeys: 4 }),
      seq: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
    });
    fc.assert(
      fc.property(fc.constantFrom(...streams), fc.array(lines, { maxLength: 20 }), (stream, events) => {
        const texts = events.map(({ type, data, seq }) => encodeLine({ type, data } as never, { ...stamp, seq }));
        expect(written(stream, ...texts)).toBe(
          texts.map((text) => `${toEventLine(stream, "sitzung-1", text)}\n`).join(""),
        );
      }),
    );
  });

  test.each([
    "",
    "not JSON",
    '{"type":"note","seq":12}',
    '{"seq":12}',
    '{"seq":,"timestamp":"x","receivedAt":"x","eventId":"x","type":"note"}',
    '{"seq":12,"timestamp":"a\\"b","receivedAt":"x","eventId":"x","type":"note"}',
    '{"seq":12,"timestamp":"x","receivedAt":"x","eventId":"x"}',
    '{"seq":12,"timestamp":"x","receivedAt":"x","eventId":"x',
  ])("is rebuilt from a line of another layout: %s", (line) => {
    for (const stream of streams) expect(written(stream, line)).toBe(`${toEventLine(stream, "sitzung-1", line)}\n`);
  });
});

describe("the seq in a line's bytes", () => {
  test.each([
    ['{"seq":42,"timestamp"', 42, 9],
    ['{"seq":42', 42, 9],
    ['{"seq":,', 0, 7],
    ['{"type":"note","seq":42}', 0, 0],
    [`{"seq":${"9".repeat(20)},`, 0, 27],
  ])("of %s is %i", (line, seq, end) => {
    expect(seqInBytes(Buffer.from(line), 0)).toEqual({ seq, end });
  });
});
