import fc from "fast-check";
import { expect, test } from "vitest";
import { AppError } from "./errors.js";
import { encodeId, isEventId, parseSessionId } from "./ids.js";
import { eventIdSchema, sessionIdSchema } from "./schemas.js";

const good = ["a", "7", "demo", "A.b_c-d", "0", "a.", "2026-01-31T09.30", "x".repeat(128)];

const bad: Record<string, string> = {
  nothing: "",
  "129 characters": "x".repeat(129),
  "the folder above": "..",
  "a way out": "../victim",
  "an encoded way out": "..%2Fvictim",
  "two dots inside": "a..b",
  "a folder inside": "a/b",
  "a backslash": "a\\b",
  "a leading dot": ".hidden",
  "a leading dash": "-rf",
  "a leading underscore": "_a",
  "a NUL": "a\0b",
  "a newline at the end": "demo\n",
  "a space": "a b",
  "a Cyrillic look-alike": "dеmo",
  "full-width letters": "ｄｅｍｏ",
  "a full-width dot": "a．．b",
  "a combining accent": "demo\u0301",
  "a zero-width space": "demo\u200b",
  "a colon": "c:",
};

test.each(good)("takes the session id %j", (id) => {
  expect(parseSessionId(id)).toBe(id);
  expect(sessionIdSchema.safeParse(id).success).toBe(true);
});

test.each(Object.entries(bad))("refuses a session id with %s", (_name, id) => {
  expect(() => parseSessionId(id)).toThrow(AppError);
  expect(() => parseSessionId(id)).toThrow(expect.objectContaining({ code: "invalid_session_id", status: 400 }));
  expect(sessionIdSchema.safeParse(id).success).toBe(false);
});

test("says what a session id may be, and not what it was given", () => {
  const refusal = () => parseSessionId("../<script>");
  expect(refusal).toThrow(/1 to 128 letters, digits/);
  expect(refusal).not.toThrow(/script/);
});

function takes(id: string): boolean {
  try {
    return parseSessionId(id) === id;
  } catch {
    return false;
  }
}

test("the schema and the parser agree on every text, and no id leaves its folder", () => {
  const text = fc.oneof(
    fc.array(fc.constantFrom("a", "Z", "0", ".", "_", "-", "/", "\0", "é")).map((parts) => parts.join("")),
    fc.string({ unit: "binary" }),
  );
  fc.assert(
    fc.property(text, (id) => {
      const taken = sessionIdSchema.safeParse(id).success;
      expect(takes(id)).toBe(taken);
      expect(taken && new URL(`file:///sessions/${id}/x`).pathname !== `/sessions/${id}/x`).toBe(false);
    }),
  );
});

test.each(["e", "toolu_01:2", "!", "~", "x".repeat(256)])("takes the event id %j", (id) => {
  expect(eventIdSchema.parse(id)).toBe(id);
  expect(isEventId(id)).toBe(true);
});

test.each(["", "x".repeat(257), 'a"b', "a\\b", "a b", "a\n", "\u007f", "é", "\0"])("refuses the event id %j", (id) => {
  expect(eventIdSchema.safeParse(id).success).toBe(false);
  expect(isEventId(id)).toBe(false);
});

test("an event id needs no escaping in JSON", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary-ascii", minLength: 1 }), (id) => {
      fc.pre(eventIdSchema.safeParse(id).success);
      expect(JSON.stringify(id)).toBe(`"${id}"`);
    }),
  );
});

test("encodes random bytes as an id that a session can have, without letters that are read for digits", () => {
  expect(encodeId(new Uint8Array())).toBe("");
  expect(encodeId(Uint8Array.of(0, 10, 33, 34))).toBe("0az0");
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 128 }), (bytes) => {
      const id = encodeId(bytes);
      expect(id).toHaveLength(bytes.length);
      expect(id).not.toMatch(/[lo]/);
      expect(parseSessionId(id)).toBe(id);
    }),
  );
});
