import { expect, test } from "vitest";
import { emptyLayout, layoutFeed, scrollInside, type FeedLayout, type FeedRequest } from "./feed-layout.js";

interface Given {
  keys: string[];
  selected: string;
  height?: number;
  heights?: Record<string, number>;
  follow?: boolean;
}

function request({ keys, selected, height = 5, heights = {}, follow = false }: Given): FeedRequest {
  return {
    count: keys.length,
    selectedIndex: keys.indexOf(selected),
    keyOf: (index) => keys[index]!,
    heightOf: (index) => heights[keys[index]!] ?? 1,
    height,
    follow,
  };
}

function shown({ placed }: FeedLayout): string {
  return placed.map(({ key, top }) => `${key}@${top}`).join(" ");
}

const letters = [..."abcdefghijklmnop"];

test("keeps the newest item on the last row while it follows", () => {
  const first = layoutFeed(emptyLayout, request({ keys: letters, selected: "p", follow: true }));
  expect(shown(first)).toBe("l@0 m@1 n@2 o@3 p@4");
  const next = layoutFeed(first, request({ keys: [...letters, "q"], selected: "q", follow: true }));
  expect(shown(next)).toBe("m@0 n@1 o@2 p@3 q@4");
});

test("begins at the top where everything fits", () => {
  expect(shown(layoutFeed(emptyLayout, request({ keys: ["a", "b"], selected: "b", follow: true })))).toBe("a@0 b@1");
});

test("moves nothing when items come before and behind what is shown", () => {
  const before = layoutFeed(emptyLayout, request({ keys: letters, selected: "h" }));
  const after = layoutFeed(before, request({ keys: ["1", "2", "3", ...letters, "q", "r"], selected: "h" }));
  expect(shown(after)).toBe(shown(before));
});

test("moves the cursor inside what is shown, and scrolls by one beyond it", () => {
  const start = layoutFeed(emptyLayout, request({ keys: letters, selected: "a" }));
  expect(shown(start)).toBe("a@0 b@1 c@2 d@3 e@4");
  const inside = layoutFeed(start, request({ keys: letters, selected: "d" }));
  expect(shown(inside)).toBe(shown(start));
  expect(inside.anchor).toBe(3);
  const beyond = layoutFeed(inside, request({ keys: letters, selected: "f" }));
  expect(shown(beyond)).toBe("b@0 c@1 d@2 e@3 f@4");
});

test("shows what surrounds an item that was jumped to", () => {
  const start = layoutFeed(emptyLayout, request({ keys: letters, selected: "a" }));
  expect(shown(layoutFeed(start, request({ keys: letters, selected: "m" })))).toBe("l@0 m@1 n@2 o@3 p@4");
});

test("shows an expanded item whole where it fits", () => {
  const start = layoutFeed(emptyLayout, request({ keys: letters, selected: "e" }));
  const expanded = layoutFeed(start, request({ keys: letters, selected: "e", heights: { e: 4 } }));
  expect(expanded.placed.find(({ key }) => key === "e")).toMatchObject({ top: 1, height: 4 });
});

test("scrolls inside an item that is taller than the pane, to its last row and no further", () => {
  const heights = { c: 12 };
  const start = layoutFeed(emptyLayout, request({ keys: letters, selected: "c", heights }));
  expect(start.anchor).toBe(0);
  const down = scrollInside(start, 4, 5)!;
  const moved = layoutFeed(down, request({ keys: letters, selected: "c", heights }));
  expect(moved.anchor).toBe(-4);
  const end = layoutFeed(scrollInside(moved, 100, 5)!, request({ keys: letters, selected: "c", heights }));
  expect(end.anchor).toBe(-7);
  expect(scrollInside(end, 1, 5)).toBeUndefined();
  expect(scrollInside(end, -3, 5)!.anchor).toBe(-4);
});

test("asks for the heights of what is on screen alone", () => {
  const asked = new Set<number>();
  const many = Array.from({ length: 100_000 }, (_, index) => `k${index}`);
  layoutFeed(emptyLayout, {
    ...request({ keys: many, selected: "k50000", height: 40 }),
    heightOf: (index) => (asked.add(index), 1),
  });
  expect(asked.size).toBeLessThan(90);
});
