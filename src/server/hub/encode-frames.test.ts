import type { Writable } from "node:stream";
import * as ws from "ws";
import { expect, test } from "vitest";
import { encodeFrame, encodeFrames } from "./encode-frames.js";

/** Exported by ws, and not by its types. */
const { Receiver } = ws as unknown as { Receiver: new (options: object) => Writable };

/** What another implementation of the protocol makes of the bytes. */
function decode(bytes: Buffer): string[] {
  const messages: string[] = [];
  const receiver = new Receiver({ isServer: false, allowSynchronousEvents: true });
  receiver.on("message", (data: Buffer, isBinary: boolean) => messages.push(isBinary ? "binary" : data.toString()));
  receiver.on("error", (error: Error) => messages.push(String(error)));
  receiver.write(bytes);
  return messages;
}

test.each([0, 1, 125, 126, 127, 65_535, 65_536, 100_000])("frames a message of %d bytes", (length) => {
  expect(decode(encodeFrame("x".repeat(length)))).toEqual(["x".repeat(length)]);
});

test("makes one message of each line, in order", () => {
  const lines = ["short", "ü".repeat(100), "l".repeat(70_000), "{}"];
  expect(decode(encodeFrames(Buffer.from(lines.map((line) => `${line}\n`).join(""))))).toEqual(lines);
});

test("makes nothing of nothing", () => {
  expect(encodeFrames(new Uint8Array())).toHaveLength(0);
});
