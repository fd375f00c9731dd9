import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatFeedCursor, formatPageCursor, parseFeedCursor, parsePageCursor } from "./cursor.js";

const encode = (value: unknown) => btoa(JSON.stringify(value));

describe("a feed cursor", () => {
  const epochs = fc.string({ unit: fc.constantFrom(..."0123456789abcdefghijklmnopqrstuvwxyz"), minLength: 1, maxLength: 32 });

  test("comes back as it was", () => {
    fc.assert(
      fc.property(epochs, fc.maxSafeNat(), (epoch, position) => {
        expect(parseFeedCursor(formatFeedCursor({ epoch, position }))).toEqual({ epoch, position });
      }),
    );
  });

  test.each(["", ".", "a", "a.", ".1", "a.-1", "a.1.2", "A.1", "a.1 ", "a.1\n", "é.1", "a.zzzzzzzzzzz", `${"a".repeat(33)}.1`, "a.1e5x!"])(
    "is not %j",
    (text) => {
      expect(() => parseFeedCursor(text)).toThrow(expect.objectContaining({ code: "invalid_cursor" }));
    },
  );
});

describe("a page cursor", () => {
  const keys = fc.oneof(
    fc.string({ unit: "binary" }),
    fc.double({ noNaN: true, noDefaultInfinity: true }).filter((key) => !Object.is(key, -0)),
  );

  test("comes back as it was, whatever language its key is in, and goes into a URL as it is", () => {
    fc.assert(
      fc.property(keys, fc.string({ unit: "binary" }), (key, id) => {
        const text = formatPageCursor({ key, id });
        expect(parsePageCursor(text)).toEqual({ key, id });
        expect(encodeURIComponent(text)).toBe(text);
      }),
    );
  });

  test.each([
    "",
    "%",
    "garbage!",
    btoa("not JSON"),
    encode(null),
    encode({}),
    encode(5),
    encode("ab"),
    encode([]),
    encode([1]),
    encode([1, 2]),
    encode([null, "a"]),
    encode([{}, "a"]),
    btoa('[1e999,"a"]'),
  ])("is not %j", (text) => {
    expect(() => parsePageCursor(text)).toThrow(expect.objectContaining({ code: "invalid_cursor" }));
  });

  test("is refused, or read, and never anything else", () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.base64String(), fc.jsonValue().map((value) => btoa(encodeURI(JSON.stringify(value))))), (text) => {
        try {
          expect(typeof parsePageCursor(text).id).toBe("string");
        } catch (error) {
          expect(error).toMatchObject({ code: "invalid_cursor", status: 400, issues: [{ path: "cursor" }] });
        }
      }),
    );
  });
});
