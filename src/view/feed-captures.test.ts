import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { SessionEvent } from "../core/event.js";
import type { State } from "../core/state.js";
import { startTestServer, type TestServer } from "../server/testing/test-server.js";
import { buildFeed } from "./feed.js";
import type { FeedItem } from "./feed-types.js";
import { itemText } from "./item-text.js";

const captures = new URL("../../test/fixtures/captures/", import.meta.url);
const expected = new URL("../../test/fixtures/expected/feed/", import.meta.url);

const recordings: [source: string, name: string, paths: string[]][] = [
  ["codex", "hooks", ["codex/hooks.jsonl"]],
  ["gemini", "hooks", ["gemini/hooks.jsonl"]],
  ...readdirSync(new URL("claude-code/hooks/", captures)).map((file): [string, string, string[]] => [
    "claude-code",
    file.replace(/\.jsonl$/, ""),
    [`claude-code/hooks/${file}`],
  ]),
];

test.for(recordings)("a recording of %s, %s, reads as a person would tell it", async ([source, name, paths]) => {
  await using server = await startTestServer();
  const sessions = new Set<string>();
  for (const line of paths.flatMap(linesOf)) {
    const input = JSON.parse(line) as Record<string, string>;
    await server.call("POST", `/hooks/${source}`, input);
    sessions.add(input["session_id"] ?? input["thread-id"]!);
  }
  const stories = await Promise.all([...sessions].map((sessionId) => story(server, sessionId)));
  await expect(`${stories.join("\n\n")}\n`).toMatchFileSnapshot(new URL(`${source}/${name}.txt`, expected).pathname);
});

function linesOf(path: string): string[] {
  return readFileSync(new URL(path, captures), "utf8").split("\n").filter((line) => line.trim() !== ""); // prettier-ignore
}

async function story(server: TestServer, sessionId: string): Promise<string> {
  const events = (await server.call("GET", `/api/sessions/${sessionId}/events`)).body as SessionEvent[];
  const state = (await server.call("GET", `/api/state/${sessionId}`)).body as State;
  return buildFeed(events, { toHead: true, state })
    .filter(({ minor }) => !minor)
    .map(line)
    .join("\n");
}

function line(item: FeedItem): string {
  const { label, text, outcome } = itemText(item);
  const sign = item.status === "none" ? "" : `[${item.status}]`;
  const { stats } = item;
  const turn = stats
    ? `(${stats.status}: ${stats.tools} tools, ${stats.failedTools} failed, ${stats.messages} messages)`
    : "";
  const parts = [label.padEnd(10), sign, text, outcome === "" ? "" : `→ ${outcome}`, turn];
  return "    ".repeat(item.depth) + parts.filter((part) => part !== "").join(" ");
}
