import { expect, onTestFinished, test } from "vitest";
import type { SearchInput, SearchResults } from "../client/types.js";
import { AppError } from "../core/errors.js";
import { createSearch, snippetParts } from "./search-view.js";
import { manualClock } from "./testing/manual-clock.js";

function searchOver(answer: (query: SearchInput) => SearchResults | Promise<SearchResults>) {
  const asked: SearchInput[] = [];
  const clock = manualClock();
  const source = {
    search: async (query: SearchInput) => {
      asked.push(query);
      return answer(query);
    },
  };
  const view = createSearch({ source, clock });
  onTestFinished(() => view.close());
  return { view, asked, clock };
}

function page(seqs: number[], next: string | null = null): SearchResults {
  const hits = seqs.map((seq) => ({
    sessionId: "s",
    userId: null,
    seq,
    type: "action",
    timestamp: "2026-03-01T12:00:00.000Z",
    snippet: "a <mark>b</mark>",
    score: 1,
  }));
  return { hits, next, lag: 0 };
}

const seqsOf = ({ view }: ReturnType<typeof searchOver>) => view.getSnapshot().hits.map(({ seq }) => seq);

test("asks once for what was typed last, and for nothing where there is no word", async () => {
  const search = searchOver(({ q }) => page([q.length]));
  search.view.setFilter({ text: " " });
  await search.clock.advance(1_000);
  for (const text of ["n", "ne", "needle"]) search.view.setFilter({ text });
  expect(search.view.getSnapshot().loading).toBe(true);
  await search.clock.advance(1_000);
  expect(search.asked.map(({ q }) => q)).toEqual(["needle"]);
  expect(seqsOf(search)).toEqual([6]);
  expect(search.view.getSnapshot().loading).toBe(false);
});

test("drops the answer to a search that is no longer the one", async () => {
  const { promise, resolve } = Promise.withResolvers<SearchResults>();
  const search = searchOver(({ q }) => (q === "slow" ? promise : page([2])));
  search.view.setFilter({ text: "slow" });
  await search.clock.advance(1_000);
  search.view.setFilter({ text: "fast" });
  await search.clock.advance(1_000);
  resolve(page([1]));
  await search.clock.advance(1_000);
  expect(seqsOf(search)).toEqual([2]);
});

test("reads on page by page, filtered by user", async () => {
  const search = searchOver(({ cursor }) => (cursor === undefined ? page([1, 2], "c") : page([3])));
  search.view.setFilter({ text: "x", userId: "ada" });
  await search.clock.advance(1_000);
  expect(search.view.getSnapshot().hasMore).toBe(true);
  search.view.more();
  search.view.more();
  await search.clock.advance(1_000);
  expect(seqsOf(search)).toEqual([1, 2, 3]);
  expect(search.view.getSnapshot().hasMore).toBe(false);
  expect(search.asked.map(({ user, cursor }) => [user, cursor])).toEqual([
    ["ada", undefined],
    ["ada", "c"],
  ]);
});

test("says why a search failed, and tries again when asked to", async () => {
  let fails = true;
  const search = searchOver(() => {
    if (fails) throw new AppError("index_unavailable", "Not now.");
    return page([1]);
  });
  search.view.setFilter({ text: "x" });
  await search.clock.advance(1_000);
  expect(search.view.getSnapshot().error).toEqual({ code: "index_unavailable", message: "Not now." });
  fails = false;
  search.view.retry();
  await search.clock.advance(1_000);
  expect(search.view.getSnapshot()).toMatchObject({ error: null, loading: false });
  expect(seqsOf(search)).toEqual([1]);
});

test("a snippet becomes plain text in pieces, with nothing left to interpret", () => {
  const snippet = "&lt;img src=x onerror=&quot;1&quot;&gt; &amp;lt; <mark>it&#39;s</mark>\n\u202ehere";
  expect(snippetParts(snippet)).toEqual([
    { text: '<img src=x onerror="1"> &lt; ', hit: false },
    { text: "it's", hit: true },
    { text: " \\u202ehere", hit: false },
  ]);
});
