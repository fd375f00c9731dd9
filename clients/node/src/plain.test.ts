import * as fc from "fast-check";
import { expect, test } from "vitest";
import { toPlain } from "./plain.js";

class Point {
  readonly x = 1;
  readonly hidden = () => this.x;
}

class Sealed {
  readonly #secret = 1;
  read(): number {
    return this.#secret;
  }
}

const throwing = {
  get broken(): never {
    throw new Error("no");
  },
};

test.each<[string, unknown, unknown]>([
  ["a number that JSON lacks", [Number.NaN, Infinity, -Infinity], [null, null, null]],
  ["a large integer", [2n ** 70n, 5n], ["1180591620717411303424", 5]],
  ["a date", [new Date("2026-01-02T03:04:05Z"), new Date(Number.NaN)], ["2026-01-02T03:04:05.000Z", null]],
  ["a set", new Set([1, new Set([2])]), [1, [2]]],
  [
    "a map",
    new Map<unknown, unknown>([
      ["a", 1],
      [{ b: 2 }, 3],
    ]),
    { a: 1, '{"b":2}': 3 },
  ],
  ["bytes", [Buffer.from("hi"), new Uint8Array([104]).buffer], ["hi", "h"]],
  ["wider numbers", new Float64Array([1.5]), [1.5]],
  ["what is not there", { a: undefined, b: [undefined] }, { b: [null] }],
  ["a function and a symbol", { f: () => {}, s: Symbol("x") }, { f: "[function]", s: "[symbol]" }],
  ["an instance of a class", new Point(), { x: 1, hidden: "[function]" }],
  ["an instance that shows nothing", [new Sealed(), Promise.resolve()], ["[Sealed]", "[Promise]"]],
  ["what says how it is written", { toJSON: () => ({ written: true }) }, { written: true }],
  ["a URL and a pattern", [new URL("http://a/b"), /x/g], ["http://a/b", "/x/g"]],
  ["boxed values", [Object("a"), Object(1), Object(true)], ["a", 1, true]],
  ["what throws when it is read", throwing, "[unreadable]"],
  ["nothing", undefined, null],
])("makes JSON of %s", (_name, value, expected) => {
  expect(toPlain(value)).toEqual(expected);
});

test("tells an error with its message, stack, cause and own fields", () => {
  const error = Object.assign(new TypeError("no", { cause: new Error("why") }), { code: "E1" });
  const { stack, ...rest } = toPlain(error) as Record<string, unknown>;
  expect(rest).toMatchObject({
    name: "TypeError",
    message: "no",
    code: "E1",
    cause: { name: "Error", message: "why" },
  });
  expect(stack).toContain("plain.test.ts");
});

test("cuts an object inside itself, and keeps one that merely comes twice", () => {
  const twice = { a: 1 };
  const loop: Record<string, unknown> = { twice, again: twice };
  loop["self"] = loop;
  expect(toPlain(loop)).toEqual({ twice: { a: 1 }, again: { a: 1 }, self: "[circular]" });
});

test("keeps 32 levels, which the server takes, and cuts below", () => {
  let deep: unknown = 1;
  for (let i = 0; i < 32; i++) deep = { in: deep };
  expect(JSON.stringify(toPlain(deep))).toBe(JSON.stringify(deep));
  expect(JSON.stringify(toPlain({ in: deep }))).toContain('{"in":"[too deep]"}');
});

test("sets no prototype", () => {
  const plain = toPlain(JSON.parse('{"__proto__":{"admin":true}}')) as Record<string, unknown>;
  expect(plain["admin"]).toBeUndefined();
  expect(JSON.stringify(plain)).toBe('{"__proto__":{"admin":true}}');
});

test("leaves JSON as it is, and never touches what it is given", () => {
  fc.assert(
    fc.property(fc.jsonValue({ depthSize: "medium", maxDepth: 20 }), (value) => {
      const text = JSON.stringify(value);
      expect(JSON.stringify(toPlain(value))).toBe(text);
      expect(JSON.stringify(value)).toBe(text);
    }),
  );
});

test("makes something that can be written of anything", () => {
  fc.assert(
    fc.property(
      fc.anything({ withBigInt: true, withDate: true, withMap: true, withSet: true, withTypedArray: true }),
      (value) => {
        expect(typeof JSON.stringify(toPlain(value))).toBe("string");
      },
    ),
  );
});
