import { expect, test } from "vitest";
import { rejectionCode } from "../suite/under-test.js";
import { createMemoryStore } from "./memory-store.js";

const note = (text: string, timestamp: string) => ({
  type: "action" as const,
  data: { type: "note", text },
  timestamp,
});

test("sorts by the time that is meant, in whatever zone and precision it is written", async () => {
  const store = createMemoryStore();
  await store.append("early", [note("wind", "2026-01-31T10:00:00+02:00")]);
  await store.append("late", [note("wind", "2026-01-31T09:00:00.5Z")]);
  await store.append("middle", [note("wind", "2026-01-31T09:00:00Z")]);
  const { sessions, next } = await store.listSessions({ limit: 2 });
  const rest = await store.listSessions({ limit: 2, cursor: next! });
  expect([...sessions, ...rest.sessions].map(({ sessionId }) => sessionId)).toEqual(["late", "middle", "early"]);
  const { hits } = await store.search({ q: "wind", limit: 9 });
  expect(hits.map(({ sessionId }) => sessionId)).toEqual(["late", "middle", "early"]);
});

test("gives the newest hit of a session first, page after page", async () => {
  const store = createMemoryStore();
  const time = "2026-01-31T09:00:00Z";
  await store.append(
    "s",
    Array.from({ length: 12 }, () => note("wind", time)),
  );
  const first = await store.search({ q: "wind", limit: 7 });
  const second = await store.search({ q: "wind", limit: 7, cursor: first.next! });
  expect([...first.hits, ...second.hits].map(({ seq }) => seq)).toEqual(Array.from({ length: 12 }, (_, n) => 13 - n));
  expect(second.next).toBeNull();
});

test("marks words in what was said, and never in the escapes around it", async () => {
  const store = createMemoryStore();
  await store.append("s", [note("a < b & lt", "2026-01-31T09:00:00Z")]);
  const { hits } = await store.search({ q: "lt", limit: 1 });
  expect(hits[0]!.snippet).toContain("a &lt; b &amp; <mark>lt</mark>");
});

test("has nothing to find where a query holds no word", async () => {
  const store = createMemoryStore();
  await store.append("s", [note("wind", "2026-01-31T09:00:00Z")]);
  expect((await store.search({ q: "* - !", limit: 5 })).hits).toEqual([]);
});

test("refuses a cursor of another log, and one beyond its end", async () => {
  const store = createMemoryStore();
  expect(await rejectionCode(store.readFeed("other.0", 1))).toBe("invalid_cursor");
  expect(await rejectionCode(store.readFeed("memory.5", 1))).toBe("invalid_cursor");
});

test("lists sessions of one time by their ids, page after page", async () => {
  const store = createMemoryStore({ now: () => Date.parse("2026-01-31T09:00:00Z") });
  for (const sessionId of ["b", "a", "c"]) await store.append(sessionId, [note("wind", "2026-01-31T09:00:00Z")]);
  const listed: string[] = [];
  for (let cursor: string | undefined, more = true; more;) {
    const page = await store.listSessions({ limit: 1, ...(cursor !== undefined && { cursor }) });
    listed.push(...page.sessions.map(({ sessionId }) => sessionId));
    cursor = page.next ?? undefined;
    more = cursor !== undefined;
  }
  expect(listed).toEqual(["c", "b", "a"]);
});

test("searches one session alone where one is named", async () => {
  const store = createMemoryStore();
  for (const sessionId of ["a", "b"]) await store.append(sessionId, [note("wind", "2026-01-31T09:00:00Z")]);
  const { hits } = await store.search({ q: "wind", sessionId: "b", limit: 5 });
  expect(hits.map(({ sessionId }) => sessionId)).toEqual(["b"]);
});
