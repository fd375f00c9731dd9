import { expect, test } from "vitest";
import { buildFeed } from "./feed.js";
import { itemText } from "./item-text.js";
import { makeLog } from "./testing/make-events.js";

test("a session that goes on after its end says so, and all other bookkeeping is small print", () => {
  const items = buildFeed(
    makeLog([
      ["session_finalized", { status: "success" }],
      ["metadata_updated", { status: "active" }],
      ["metadata_updated", { model: "m" }],
      ["metadata_updated", { status: "failed" }],
    ]),
    { toHead: true },
  );
  expect(items.map((item) => [itemText(item).text, item.minor])).toEqual([
    ["completed", false],
    ["reopened", false],
    [expect.stringContaining("model"), true],
    ["failed", false],
  ]);
});
