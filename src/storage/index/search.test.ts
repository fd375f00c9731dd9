import fs from "node:fs";
import { test as base, describe, expect } from "vitest";
import type { SearchRequest } from "./protocol.js";
import { action, found, freshService, type Service } from "./testing.js";

const test = base.extend<Service>(freshService);

describe("search", () => {
  test("finds words, prefixes and phrases without regard to case and accents", async ({ folders, startService }) => {
    folders.writeTexts("a", ["The Café opened early", "compiling the kernel", "early café"]);
    const service = startService();
    expect(await found(service, "CAFE")).toEqual(["a/2", "a/4"]);
    expect(await found(service, "cafés*")).toEqual([]);
    expect(await found(service, "compil*")).toEqual(["a/3"]);
    expect(await found(service, '"café opened"')).toEqual(["a/2"]);
    expect(await found(service, "early -opened")).toEqual(["a/4"]);
    expect(await found(service, "early kernel")).toEqual([]);
    expect(await found(service, "-early")).toEqual([]);
  });

  test("finds actions, responses, goals and metadata, and says what and when they are", async ({
    folders,
    startService,
  }) => {
    folders.write("a", [
      { type: "session_created", data: { userId: "ann", tags: ["zebra"] } },
      { type: "response", data: { type: "assistant", text: "a zebra crossed" } },
      { type: "goal_added", data: { goalId: "g", description: "photograph the zebra", status: "pending" } },
      { type: "metadata_updated", data: { model: "zebra-1" } },
    ]);
    const { hits } = await startService().search("zebra");
    expect(hits.map(({ seq, type }) => `${seq} ${type}`).toSorted()).toEqual([
      "1 session_created",
      "2 assistant",
      "3 goal_added",
      "4 metadata_updated",
    ]);
    expect(hits.find(({ seq }) => seq === 2)).toMatchObject({
      sessionId: "a",
      userId: "ann",
      timestamp: "2026-01-01T00:00:02.000Z",
      snippet: "assistant · a <mark>zebra</mark> crossed",
    });
  });

  test("escapes everything in a snippet but its marks", async ({ folders, startService }) => {
    folders.writeTexts("a", [`<script>alert("x & 'y'")</script> needle \u{E000}<b>\u{E001}`]);
    const [hit] = (await startService().search("needle")).hits;
    expect(hit!.snippet).toContain(
      "&lt;script&gt;alert(&quot;x &amp; &#39;y&#39;&quot;)&lt;/script&gt; <mark>needle</mark>",
    );
    expect(hit!.snippet.replaceAll(/<\/?mark>/g, "")).not.toMatch(/[<>\u{E000}\u{E001}]/u);
  });

  test("cuts a long text around the match", async ({ folders, startService }) => {
    folders.writeTexts("a", [`${"before ".repeat(500)} needle ${"after ".repeat(500)}`]);
    const [hit] = (await startService().search("needle")).hits;
    expect(hit!.snippet).toMatch(/^….*<mark>needle<\/mark>.*…$/);
    expect(hit!.snippet.length).toBeLessThan(300);
  });

  test("filters by user, session, type and time", async ({ folders, startService }) => {
    folders.write("a", [
      { type: "session_created", data: { userId: "ann" } },
      action({ type: "bash_exec", text: "word" }),
      action({ text: "word" }),
    ]);
    folders.write("b", [
      { type: "session_created", data: { userId: "bob", note: "word" } },
      action({ text: "word" }, "2026-02-01T00:00:00+02:00"),
    ]);
    const service = startService();
    expect(await found(service, "word")).toEqual(["a/2", "a/3", "b/1", "b/2"]);
    expect(await found(service, "word", { userId: "bob" })).toEqual(["b/1", "b/2"]);
    expect(await found(service, "word", { userId: "nobody" })).toEqual([]);
    expect(await found(service, "word", { sessionId: "a" })).toEqual(["a/2", "a/3"]);
    expect(await found(service, "word", { sessionId: "none" })).toEqual([]);
    expect(await found(service, "word", { type: "action" })).toEqual(["a/2", "a/3", "b/2"]);
    expect(await found(service, "word", { type: "bash_exec" })).toEqual(["a/2"]);
    expect(await found(service, "word", { type: "session_created" })).toEqual(["b/1"]);
    const [second, third] = [Date.parse("2026-01-01T00:00:02Z"), Date.parse("2026-01-01T00:00:03Z")];
    expect(await found(service, "word", { since: third })).toEqual(["a/3", "b/2"]);
    expect(await found(service, "word", { until: second })).toEqual(["a/2", "b/1"]);
    expect(await found(service, "word", { since: second, until: second })).toEqual(["a/2"]);
    expect(
      await found(service, "word", {
        since: Date.parse("2026-01-31T22:00:00Z"),
        until: Date.parse("2026-01-31T22:00:00Z"),
      }),
    ).toEqual(["b/2"]);
    expect(await found(service, "word", { until: 0 })).toEqual([]);
  });

  test("ranks what says it more often first, and the newer of two that are as good", async ({
    folders,
    startService,
  }) => {
    folders.writeTexts("a", ["needle in hay", "needle needle needle", "needle in hay"]);
    const { hits } = await startService().search("needle");
    expect(hits.map(({ seq }) => seq)).toEqual([3, 4, 2]);
    expect(hits[0]!.score).toBeGreaterThan(hits[1]!.score);
  });

  test("pages through more than a pool without repeating or missing a hit, while events arrive", async ({
    folders,
    startService,
  }) => {
    const metadata = folders.writeTexts(
      "a",
      Array.from({ length: 450 }, (_, index) => `needle ${"hay ".repeat(index % 7)}${index}`),
    );
    const service = startService();
    const seen: number[] = [];
    let from: Partial<SearchRequest> = {};
    for (;;) {
      const { hits, next } = await service.search("needle", { limit: 60, ...from });
      seen.push(...hits.map(({ seq }) => seq));
      if (seen.length === 60)
        await service.update({ sessionId: "a", metadata: folders.writeTexts("a", ["needle late"]) });
      if (next === null) break;
      from = { from: next };
    }
    expect(seen.toSorted((a, b) => a - b)).toEqual(
      Array.from({ length: metadata.eventCount - 1 }, (_, index) => index + 2),
    );
  });

  test("ends a pool that its filter nearly empties, and says where to go on", async ({ folders, startService }) => {
    folders.writeTexts("old", ["needle"]);
    folders.write("new", [
      { type: "session_created", data: {} },
      ...Array.from({ length: 20_100 }, () => action({ text: "needle" }, "2026-03-01T00:00:00.000Z")),
    ]);
    const service = startService();
    await service.call("catchUp", null);
    const request = { until: Date.parse("2026-02-01T00:00:00Z") };
    const seen: string[] = [];
    let page = await service.search("needle", request);
    for (;;) {
      seen.push(...page.hits.map(({ sessionId }) => sessionId));
      if (page.next === null) break;
      page = await service.search("needle", { ...request, from: page.next });
    }
    expect(seen).toEqual(["old"]);
  });

  test("keeps a pool of long texts small and goes on behind it", async ({ folders, startService }) => {
    folders.writeTexts(
      "a",
      Array.from({ length: 80 }, () => `needle ${"hay ".repeat(4000)}`),
    );
    const service = startService();
    const first = await service.search("needle", { limit: 30 });
    expect(first.hits).toHaveLength(30);
    const second = await service.search("needle", { limit: 60, from: first.next! });
    expect(new Set([...first.hits, ...second.hits].map(({ seq }) => seq)).size).toBe(
      first.hits.length + second.hits.length,
    );
  });

  test("leaves out a hit whose line is gone, and finds one that moved", async ({ folders, startService }) => {
    folders.writeTexts("a", ["needle one", "needle two", "needle three"]);
    const service = startService();
    expect(await found(service, "needle")).toEqual(["a/2", "a/3", "a/4"]);
    const file = folders.file("a", "actions.jsonl");
    const lines = fs.readFileSync(file, "utf8").split("\n");
    fs.writeFileSync(file, [lines[0]!.replace("needle", "pins and needles, no thread"), lines[2], ""].join("\n"));
    expect(await found(service, "needle")).toEqual(["a/4"]);
    fs.rmSync(file);
    expect(await found(service, "needle")).toEqual([]);
  });

  test("finds nothing of a session that was deleted", async ({ folders, startService }) => {
    folders.writeTexts("a", ["needle"]);
    folders.writeTexts("b", ["needle"]);
    const service = startService();
    expect(await found(service, "needle")).toEqual(["a/2", "b/2"]);
    folders.remove("a");
    await service.update({ sessionId: "a", metadata: null });
    expect(await found(service, "needle")).toEqual(["b/2"]);
  });
});
