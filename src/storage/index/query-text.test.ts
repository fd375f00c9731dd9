import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseQueryText } from "./query-text.js";
import { openDatabase } from "./sqlite.js";

describe("parseQueryText", () => {
  test.each([
    ["build failed", '("build" "failed")'],
    ['"build failed" again', '("build failed" "again")'],
    ["compil*", '("compil" *)'],
    ['"npm run te"*', '("npm run te" *)'],
    ["error -timeout", '("error" NOT "timeout")'],
    ['error -"timed out" -disk', '("error" NOT "timed out" NOT "disk")'],
    ["OR AND NOT NEAR(", '("OR" "AND" "NOT" "NEAR(")'],
    ["text:x {a b}", '("text:x" "{a" "b}")'],
    ['an "open phrase', '("an" "open phrase")'],
    ["foo-bar", '("foo-bar")'],
    ["... !!! word", '("word")'],
  ])("reads %s", (text, match) => {
    expect(parseQueryText(text)?.match).toBe(match);
  });

  test.each(["", "   ", "-gone", "!!! ***", '""', "*", "-"])("asks for nothing with %j", (text) => {
    expect(parseQueryText(text)).toBeUndefined();
  });

  test("takes the star of a single Latin letter for a word, since it begins too many", () => {
    expect(parseQueryText("a* é* x.b* co*")?.match).toBe('("a" "é" "x.b" "co" *)');
    expect(parseQueryText("日*")?.match).toBe('("日" *)');
  });

  test("looks at 32 words", () => {
    const many = Array.from({ length: 40 }, (_, index) => `w${index}`).join(" ");
    expect(parseQueryText(many)?.match.split(" ")).toHaveLength(32);
  });

  test("never makes a query that SQLite refuses", () => {
    const db = openDatabase(":memory:");
    db.exec("CREATE VIRTUAL TABLE texts USING fts5(text, scope)");
    const statement = db.prepare("SELECT rowid FROM texts WHERE texts MATCH ?");
    const syntax = [
      '"',
      "*",
      "-",
      "(",
      ")",
      ":",
      "^",
      "NOT",
      "AND",
      "OR",
      "NEAR",
      "'",
      "\0",
      "\u{D800}",
      "+",
      "{",
      "}",
      " ",
    ];
    const piece = fc.oneof(fc.string({ unit: "binary" }), fc.string(), fc.constantFrom(...syntax));
    const isTaken = (pieces: string[]): boolean => {
      const query = parseQueryText(pieces.join(""));
      return query === undefined || statement.all(`text : ${query.match} AND scope : "s1"`).length === 0;
    };
    expect(() => fc.assert(fc.property(fc.array(piece, { maxLength: 12 }), isTaken), { numRuns: 1000 })).not.toThrow();
    db.close();
  });
});
