import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { SessionEvent } from "../../core/event.js";
import { createEventText } from "../testing/event-text.js";
import { startTestServer, type TestServer } from "../testing/test-server.js";

const captures = new URL("../../../test/fixtures/captures/", import.meta.url);
const expected = new URL("../../../test/fixtures/expected/", import.meta.url);

/** Sessions that go on from one capture to the next are told in one. */
const stories: Record<string, string[]> = {
  "named-resumed-forked-compacted": ["named-session-start", "resume", "fork", "compact-headless"],
};
const inStories = new Set(Object.values(stories).flat());
for (const file of readdirSync(new URL("claude-code/hooks/", captures))) {
  const name = file.replace(/\.jsonl$/, "");
  if (!inStories.has(name)) stories[name] = [name];
}

test.for(Object.entries(stories))("tells Claude Code's %s as it happened", async ([name, files]) => {
  const inputs = files.flatMap((file) => linesOf(`claude-code/hooks/${file}.jsonl`));
  await expect(await replay("claude-code", inputs)).toMatchFileSnapshot(snapshot(`claude-code/${name}`));
});

test("tells what Claude Code's HTTP hooks report, which SessionStart is not among", async () => {
  const folder = new URL("claude-code/http-hooks/", captures);
  const inputs = readdirSync(folder)
    .sort()
    .map((file) => JSON.parse(readFileSync(new URL(file, folder), "utf8")));
  await expect(await replay("claude-code", inputs)).toMatchFileSnapshot(snapshot("claude-code/http-hooks"));
});

test("tells what Codex's hooks report, and nothing twice that its notify reports as well", async () => {
  const hooks = linesOf("codex/hooks.jsonl");
  const notify = linesOf("codex/notify-argv1.jsonl");
  const inputs = [...hooks.slice(0, -1), ...notify, ...hooks.slice(-1)];
  await expect(await replay("codex", inputs)).toMatchFileSnapshot(snapshot("codex/hooks"));
});

test("tells what Gemini CLI's hooks report", async () => {
  await expect(await replay("gemini", linesOf("gemini/hooks.jsonl"))).toMatchFileSnapshot(snapshot("gemini/hooks"));
});

test.for(Object.entries(stories))("tells Claude Code's %s the same where every hook comes twice", async ([, files]) => {
  const inputs = files.flatMap((file) => linesOf(`claude-code/hooks/${file}.jsonl`));
  const twice = inputs.flatMap((input) => [input, input]);
  const once = await replay("claude-code", inputs);
  expect(await replay("claude-code", twice, (index) => `key-${Math.floor(index / 2)}`)).toBe(once);
});

test.for([
  "bash",
  "bash-fails",
  "permission-denied-headless",
  "subagent-foreground",
  "subagent-background",
  "write-acceptEdits",
])("tells Claude Code's %s the same where every hook comes twice and says nothing of it", async (name) => {
  const inputs = linesOf(`claude-code/hooks/${name}.jsonl`);
  const twice = inputs.flatMap((input) => [input, input]);
  expect(await replay("claude-code", twice)).toBe(await replay("claude-code", inputs));
});

function linesOf(path: string): unknown[] {
  const text = readFileSync(new URL(path, captures), "utf8");
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => JSON.parse(line) as unknown);
}

function snapshot(name: string): string {
  return new URL(`${name}.txt`, expected).pathname;
}

async function replay(source: string, inputs: readonly unknown[], keyOf?: (index: number) => string): Promise<string> {
  await using server = await startTestServer();
  const sessions = new Set<string>();
  for (const [index, input] of inputs.entries()) {
    const headers: Record<string, string> = keyOf ? { "idempotency-key": keyOf(index) } : {};
    const { status, text } = await server.call("POST", `/hooks/${source}`, input, { headers });
    expect([status, text]).toEqual([200, "{}"]);
    const ids = input as Record<string, string>;
    sessions.add(ids["session_id"] ?? ids["thread-id"]!);
  }
  const write = createEventText();
  const parts: string[] = [];
  for (const sessionId of sessions)
    parts.push(write(await eventsOf(server, sessionId)), await endOf(server, sessionId));
  return `${parts.join("\n")}\n`;
}

async function eventsOf(server: TestServer, sessionId: string): Promise<SessionEvent[]> {
  return (await server.call("GET", `/api/sessions/${sessionId}/events`)).body as SessionEvent[];
}

/** What the session as a whole looks like at its end. */
async function endOf(server: TestServer, sessionId: string): Promise<string> {
  const { metadata, state } = (await server.call("GET", `/api/sessions/${sessionId}`)).body;
  const { status, model, liveness, metrics } = metadata;
  const { since: _since, ...live } = liveness;
  const agents = state.agents.map((agent: Record<string, string>) => `${agent["type"]}:${agent["status"]}`);
  return `=> ${JSON.stringify({ status, model, liveness: live, metrics, agents, goals: state.goals })}\n`;
}
