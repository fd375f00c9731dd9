import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatFeedCursor, formatPageCursor, parseFeedCursor, parsePageCursor, type PageCursor } from "./cursor.js";
import { AppError } from "./errors.js";

/** The kind of the cursor's id, or what refuses the cursor. */
function outcomeOf(parse: () => PageCursor): string {
  try {
    return typeof parse().id;
  } catch (error) {
    return error instanceof AppError ? `${error.code} ${error.status} ${error.issues[0]?.path}` : String(error);
  }
}

const encode = (value: unknown) => btoa(JSON.stringify(value));

describe("a feed cursor", () => {
  const epochs = fc.stringMatching(/^[0-9a-z]{1,32}$/);

  test("comes back as it was", () => {
    fc.assert(
      fc.property(epochs, fc.maxSafeNat(), (epoch, position) => {
        expect(parseFeedCursor(formatFeedCursor({ epoch, position }))).toEqual({ epoch, position });
      }),
    );
  });

  test.each([
    "",
    ".",
    "a",
    "a.",
    ".1",
    "a.-1",
    "a.1.2",
    "A.1",
    "a.1 ",
    "a.1\n",
    "é.1",
    "a.zzzzzzzzzzz",
    `${"a".repeat(33)}.1`,
    "a.1e5x!",
  ])("is not %j", (text) => {
    expect(() => parseFeedCursor(text)).toThrow(expect.objectContaining({ code: "invalid_cursor" }));
  });
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
      fc.property(
        fc.oneof(
          fc.string(),
          fc.base64String(),
          fc.jsonValue().map((value) => btoa(encodeURI(JSON.stringify(value)))),
        ),
        (text) => {
          expect(outcomeOf(() => parsePageCursor(text))).toMatch(/^(string|invalid_cursor 400 cursor)$/);
        },
      ),
    );
  });
});
