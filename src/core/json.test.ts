import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  applyMergePatch,
  checkJson,
  isJsonObject,
  isUnsafeKey,
  maxJsonDepth,
  type JsonObject,
  type JsonValue,
} from "./json.js";

const refusal = (path: string) =>
  expect.objectContaining({ code: "invalid_input", issues: [expect.objectContaining({ path })] });
const nested = (levels: number, kind: "object" | "array"): unknown =>
  JSON.parse(
    kind === "object"
      ? `${'{"a":'.repeat(levels)}1${"}".repeat(levels)}`
      : `${"[".repeat(levels)}1${"]".repeat(levels)}`,
  );

test("an object is neither an array nor null", () => {
  expect([{}, { a: 1 }].every(isJsonObject)).toBe(true);
  expect([[], null, undefined, "a", 1].some(isJsonObject)).toBe(false);
});

test("knows the keys that reach prototypes", () => {
  expect(["__proto__", "constructor", "prototype"].every(isUnsafeKey)).toBe(true);
  expect(["proto", "toString", ""].some(isUnsafeKey)).toBe(false);
});

describe("checkJson", () => {
  test.each(["object", "array"] as const)(
    "takes an %s nested 64 deep and refuses 65, and a hundred thousand without a stack overflow",
    (kind) => {
      expect(() => checkJson(nested(maxJsonDepth, kind))).not.toThrow();
      expect(() => checkJson(nested(maxJsonDepth + 1, kind))).toThrow(/nested deeper than 64/);
      expect(() => checkJson(nested(100_000, kind))).toThrow(/nested deeper than 64/);
    },
  );

  test.each([
    ['{"__proto__":{"polluted":1}}', "__proto__"],
    ['{"a":[{"b":0},{"__proto__":1}]}', "a.1.__proto__"],
  ])("refuses the prototype key in %s", (text, path) => {
    expect(() => checkJson(JSON.parse(text))).toThrow(refusal(path));
  });

  test.each(["constructor", "prototype"])("takes %s in a record and refuses it where it would be folded", (key) => {
    const value = { a: { [key]: 1 } };
    expect(() => checkJson(value)).not.toThrow();
    expect(() => checkJson(value, { folded: true })).toThrow(refusal(`a.${key}`));
  });

  test.each([
    ['{"a":1e999}', "a"],
    ['{"a":[0,-1e999]}', "a.1"],
    ["1e999", ""],
  ])("refuses the number in %s, which could only be stored as null", (text, path) => {
    expect(() => checkJson(JSON.parse(text))).toThrow(refusal(path));
  });

  test("says where in the body, also where the value is a part of it", () => {
    expect(() => checkJson(JSON.parse('{"b":{"__proto__":1}}'), { path: "[3].data" })).toThrow(
      refusal("[3].data.b.__proto__"),
    );
    expect(() => checkJson(nested(65, "array"), { path: "" })).toThrow(refusalSaying(/^0\.0.*is nested/));
    expect(() => checkJson(Infinity)).toThrow(refusalSaying(/^the body is a number/));
  });

  test("takes every value that JSON.stringify keeps", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 10 }), (value) => {
        fc.pre(!JSON.stringify(value).includes("__proto__"));
        expect(() => checkJson(value)).not.toThrow();
      }),
    );
  });
});

function refusalSaying(pattern: RegExp): unknown {
  return expect.objectContaining({ code: "invalid_input", message: expect.stringMatching(pattern) as string });
}

describe("applyMergePatch", () => {
  // RFC 7396, appendix A: original, patch, result.
  test.each([
    ['{"a":"b"}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"b"}', '{"b":"c"}', '{"a":"b","b":"c"}'],
    ['{"a":"b"}', '{"a":null}', "{}"],
    ['{"a":"b","b":"c"}', '{"a":null}', '{"b":"c"}'],
    ['{"a":["b"]}', '{"a":"c"}', '{"a":"c"}'],
    ['{"a":"c"}', '{"a":["b"]}', '{"a":["b"]}'],
    ['{"a":{"b":"c"}}', '{"a":{"b":"d","c":null}}', '{"a":{"b":"d"}}'],
    ['{"a":[{"b":"c"}]}', '{"a":[1]}', '{"a":[1]}'],
    ['["a","b"]', '["c","d"]', '["c","d"]'],
    ['{"a":"b"}', '["c"]', '["c"]'],
    ['{"a":"foo"}', "null", "null"],
    ['{"a":"foo"}', '"bar"', '"bar"'],
    ['{"e":null}', '{"a":1}', '{"e":null,"a":1}'],
    ["[1,2]", '{"a":"b","c":null}', '{"a":"b"}'],
    ["{}", '{"a":{"bb":{"ccc":null}}}', '{"a":{"bb":{}}}'],
  ])("makes of %s with %s what RFC 7396 says", (original, patch, result) => {
    expect(applyMergePatch(JSON.parse(original) as JsonValue, JSON.parse(patch) as JsonValue)).toEqual(
      JSON.parse(result),
    );
  });

  // Few keys, so that patches meet what is there; the unsafe ones as JSON.parse makes them.
  const { value: values, object: objects } = fc.letrec<{ value: JsonValue; object: JsonObject }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 4 },
      fc.constantFrom<JsonValue[]>(null, 1, "x", true, []),
      tie("object"),
      fc.array(tie("value"), { maxLength: 2 }),
    ),
    object: fc
      .array(fc.tuple(fc.constantFrom("a", "b", "c", "toString", "__proto__", "constructor"), tie("value")), {
        maxLength: 4,
      })
      .map((entries) => Object.fromEntries(entries)),
  }));

  test("changes neither the target nor the patch, and no prototype", () => {
    const before = Object.getOwnPropertyNames(Object.prototype);
    fc.assert(
      fc.property(values, objects, (target, patch) => {
        const texts = [JSON.stringify(target), JSON.stringify(patch)];
        const result = applyMergePatch(target, patch);
        expect([JSON.stringify(target), JSON.stringify(patch)]).toEqual(texts);
        expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
        expect(Object.getOwnPropertyNames(Object.prototype)).toEqual(before);
      }),
    );
  });

  test("applied again changes nothing more, and leaves no null that the patch brought", () => {
    fc.assert(
      fc.property(objects, objects, (target, patch) => {
        const once = applyMergePatch(target, patch);
        expect(applyMergePatch(once, patch)).toEqual(once);
        expect(nullsOf(applyMergePatch({}, patch))).toBe(0);
      }),
    );
  });

  test("keeps what the patch does not name, as the same value", () => {
    const kept = { deep: true };
    const result = applyMergePatch({ kept, gone: 1 }, { gone: null }) as JsonObject;
    expect(result["kept"]).toBe(kept);
    expect(result).not.toHaveProperty("gone");
  });
});

function nullsOf(value: JsonValue | undefined): number {
  if (value === null) return 1;
  return isJsonObject(value) ? Object.values(value).reduce((sum: number, child) => sum + nullsOf(child), 0) : 0;
}
