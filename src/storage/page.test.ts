import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonValue } from "../core/json.js";
import { pageOf, pageToJsonArray, parsePage, selectLines, type StoredLine } from "./page.js";

const line = (seq: number): StoredLine => ({ stream: "actions", seq, text: `{"seq":${seq}}` });
const lines = [2, 3, 5, 8, 9].map(line);
const select = (range: { after?: number; before?: number; limit: number }) => {
  const { lines: selected, more } = selectLines(lines, range);
  return [selected.map(({ seq }) => seq), more];
};

describe("the lines of a page", () => {
  test("are the newest, in ascending order", () => {
    expect(select({ limit: 2 })).toEqual([[8, 9], true]);
    expect(select({ limit: 5 })).toEqual([[2, 3, 5, 8, 9], false]);
    expect(select({ limit: 2, before: 8 })).toEqual([[3, 5], true]);
    expect(select({ limit: 2, before: 5 })).toEqual([[2, 3], false]);
    expect(select({ limit: 2, before: 1 })).toEqual([[], false]);
  });

  test("are the oldest behind a seq", () => {
    expect(select({ limit: 2, after: 0 })).toEqual([[2, 3], true]);
    expect(select({ limit: 2, after: 3 })).toEqual([[5, 8], true]);
    expect(select({ limit: 2, after: 5 })).toEqual([[8, 9], false]);
    expect(select({ limit: 9, after: 2, before: 9 })).toEqual([[3, 5, 8], false]);
    expect(select({ limit: 9, after: 9 })).toEqual([[], false]);
  });

  test("are none for a limit of none", () => {
    expect(select({ limit: 0 })).toEqual([[], true]);
    expect(select({ limit: 0, after: 0 })).toEqual([[], true]);
  });

  test("read page after page are all lines once, in both directions", () => {
    const seqs = fc
      .uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 40 })
      .map((all) => all.sort((a, b) => a - b));
    fc.assert(
      fc.property(seqs, fc.integer({ min: 1, max: 7 }), (all, limit) => {
        const stored = all.map(line);
        const forward: number[] = [];
        for (let after = 0, more = true; more; after = forward.at(-1) ?? 0) {
          const page = selectLines(stored, { after, limit });
          forward.push(...page.lines.map(({ seq }) => seq));
          ({ more } = page);
        }
        const backward: number[] = [];
        for (let before: number | undefined, more = true; more; before = backward[0]) {
          const page = selectLines(stored, { before, limit });
          backward.unshift(...page.lines.map(({ seq }) => seq));
          ({ more } = page);
        }
        expect(forward).toEqual(all);
        expect(backward).toEqual(all);
      }),
    );
  });
});

describe("a page", () => {
  test("says which seqs it holds", () => {
    const page = pageOf(["a", "b"], [line(3), line(5)], true);
    expect({ ...page, lines: Buffer.from(page.lines).toString() }).toEqual({
      lines: "a\nb\n",
      count: 2,
      first: 3,
      last: 5,
      more: true,
    });
    expect(pageOf([], [], false)).toMatchObject({ count: 0, first: 0, last: 0, more: false, lines: Buffer.alloc(0) });
  });

  test("is the same as a JSON array and parsed, whatever its lines hold", () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue() as fc.Arbitrary<JsonValue>), (values) => {
        const stored = values.map((value, index) => ({ ...line(index + 1), text: JSON.stringify(value) }));
        const page = pageOf(
          stored.map(({ text }) => text),
          stored,
          false,
        );
        const expected = JSON.parse(JSON.stringify(values)) as JsonValue[];
        expect(JSON.parse(pageToJsonArray(page).toString())).toEqual(expected);
        expect(parsePage(page)).toEqual(expected);
      }),
    );
  });

  test("keeps the stored bytes: white space, escapes and every language", () => {
    const texts = ['{"a": "gr\\u00fcn"}', '{"b":"飛行 🪂 \u2028"}'];
    expect(pageToJsonArray(pageOf(texts, [line(1), line(2)], false)).toString()).toBe(`[${texts.join(",")}]`);
  });

  test("reads a part of a larger buffer, as a page of a file is", () => {
    const bytes = Buffer.from('xx{"n":1}\n{"n":2}\nyy');
    const page = {
      lines: new Uint8Array(bytes.buffer, bytes.byteOffset + 2, 16),
      count: 2,
      first: 1,
      last: 2,
      more: false,
    };
    expect(parsePage(page)).toEqual([{ n: 1 }, { n: 2 }]);
    expect(pageToJsonArray(page).toString()).toBe('[{"n":1},{"n":2}]');
  });
});
