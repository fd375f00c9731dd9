import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonValue } from "../core/json.js";
import { formatAge, formatBytes, formatCost, formatCount, formatDuration, formatShare, formatTime } from "./format.js";
import { jsonLines, jsonTokens } from "./json-tokens.js";
import { defaultFolds, findInJson, jsonTreeRows, toggleFold, valueAt } from "./json-tree.js";
import { brief, safeLine, safeLines } from "./safe-text.js";

test("durations and ages are short at every length", () => {
  const durations = [0, 999, 1_000, 9_949, 9_950, 59_499, 59_500, 185_000, 3_599_500, 7_800_000, 356_400_000];
  expect(durations.map(formatDuration)).toEqual([
    "0ms",
    "999ms",
    "1.0s",
    "9.9s",
    "10s",
    "59s",
    "1m00s",
    "3m05s",
    "1h00m",
    "2h10m",
    "4d03h",
  ]);
  expect([null, Number.NaN].map(formatDuration)).toEqual(["–", "–"]);
  expect([-5, 0, 5, 59, 60, 3_600, 86_400 * 12].map((s) => formatAge(0, s * 1_000))).toEqual([
    "now",
    "now",
    "5s",
    "59s",
    "1m",
    "1h",
    "12d",
  ]);
});

test("counts, money, bytes and shares keep to a few characters", () => {
  expect([0, 7, 950, 999.6, 1_000, 12_345, 999_949, 999_999, 4_500_000].map(formatCount)).toEqual([
    "0",
    "7",
    "950",
    "1k",
    "1k",
    "12.3k",
    "1M",
    "1M",
    "4.5M",
  ]);
  expect([0, 0.00001, 0.00421, 0.129, 12.5, 1234].map(formatCost)).toEqual([
    "$0",
    "<$0.0001",
    "$0.0042",
    "$0.13",
    "$12.50",
    "$1.2k",
  ]);
  expect([0, 512, 1536, 20 * 1024 ** 2].map(formatBytes)).toEqual(["0 B", "512 B", "1.5 KB", "20 MB"]);
  expect([formatShare(0, 0), formatShare(1, 3), formatShare(999, 1_000), formatShare(5, 5)]).toEqual([
    "0%",
    "33%",
    "99%",
    "100%",
  ]);
  expect(formatTime(null)).toBe("–");
});

const steering = /[\p{Cc}\p{Surrogate}\u202a-\u202e\u2066-\u2069]/u;

describe("text of agents", () => {
  test("is shown with everything that steers spelled out", () => {
    expect(safeLine("a\u001b[31mb\u0007\r\n\u202ec\u200bd\ud800e\u{e0041}")).toBe(
      "a\\e[31mb\\x07\\r\\n\\u202ec\\u200bd\\ud800e\\u{e0041}",
    );
    expect(safeLine("日本 👨‍👩‍👧 ❤️ é ok")).toBe("日本 👨‍👩‍👧 ❤️ é ok");
    expect(safeLine("a\u200db")).toBe("a\\u200db");
  });

  test("keeps its lines where they are shown as lines", () => {
    expect(safeLines("a\r\nb\tc\n\u001b")).toEqual(["a", "b  c", "\\e"]);
    expect(safeLines("a\nb\nc", 2)).toEqual(["a", "b"]);
  });

  test("is cut without halving a character", () => {
    expect(brief("  a \n\n b  ")).toBe("a b");
    expect(brief("😀😀😀", 3)).toBe("😀…");
  });

  test("never holds a control character afterwards", () => {
    fc.assert(
      fc.property(
        fc
          .array(fc.oneof(fc.nat(0x10ffff), fc.nat(0xff), fc.integer({ min: 0x2000, max: 0x206f })), { maxLength: 30 })
          .map((codes) => String.fromCodePoint(...codes)),
        (text) => {
          expect([safeLine(text), brief(text), ...safeLines(text)].some((line) => steering.test(line))).toBe(false);
        },
      ),
    );
  });
});

describe("JSON as tokens", () => {
  const value = { a: "x\u001b", list: [1, null, true], empty: {}, none: [] };

  test("is indented JSON line by line", () => {
    const lines = jsonLines(value).map((line) => line.map(({ text }) => text).join(""));
    expect(lines.join("\n")).toBe(JSON.stringify(value, null, 2));
    expect(jsonLines(value)[1]!.map(({ kind }) => kind)).toEqual([
      "space",
      "key",
      "punctuation",
      "string",
      "punctuation",
    ]);
  });

  test("reads as the same value on one line, and is cut where it is long", () => {
    expect(
      JSON.parse(
        jsonTokens(value, 1e6)
          .map(({ text }) => text)
          .join(""),
      ),
    ).toEqual(value);
    const cut = jsonTokens({ text: "x".repeat(500), more: 1 }, 40)
      .map(({ text }) => text)
      .join("");
    expect(cut.length).toBeLessThan(80);
    expect(cut).toContain("…");
  });

  test("of any value parses back, whatever it holds", () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = jsonLines(value as JsonValue)
          .map((line) => line.map(({ text }) => text).join(""))
          .join("\n");
        expect(text.replace(/\\u\{[0-9a-f]+\}/g, "")).not.toMatch(/[\u0000-\u0009\u000b-\u001f]/);
      }),
    );
  });

  test("says how many lines it left out", () => {
    const lines = jsonLines(
      Array.from({ length: 100 }, (_, index) => index),
      { maxLines: 10 },
    );
    expect(lines).toHaveLength(11);
    expect(lines[10]).toEqual([{ kind: "elided", text: "… 92 more lines" }]);
  });
});

describe("a foldable tree", () => {
  const value = { a: { b: [1, { c: "deep" }] }, d: "x" };
  const shown = (folds = defaultFolds) =>
    jsonTreeRows(value, folds).map(({ depth, key, text, open }) => [depth, key, text, open]);

  test("shows what is open", () => {
    expect(shown()).toEqual([
      [0, null, "{2}", true],
      [1, "a", "{1}", false],
      [1, "d", '"x"', null],
    ]);
    expect(shown(toggleFold(defaultFolds, '["a"]'))).toHaveLength(4);
    expect(shown(toggleFold(toggleFold(defaultFolds, '["a"]'), '["a"]'))).toEqual(shown());
    expect(shown(toggleFold(defaultFolds, "[]"))).toEqual([[0, null, "{2}", false]]);
  });

  test("opens the way to what is looked for", () => {
    const { folds, hits } = findInJson(value, "DEEP", defaultFolds);
    expect(hits).toEqual(['["a","b",1,"c"]']);
    expect(jsonTreeRows(value, folds).map(({ path }) => path)).toContain(hits[0]);
    expect(valueAt(value, hits[0]!)).toBe("deep");
    expect(valueAt(value, '["a","x"]')).toBeUndefined();
  });
});
