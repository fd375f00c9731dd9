import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { SessionEvent } from "../../../core/event.js";
import { startTestServer, type TestServer } from "../../testing/test-server.js";
import {
  capturesIn,
  encodings,
  eventsOf,
  protobufCapturesIn,
  send,
  sendBytes,
  sessionsOf,
  storyText,
  type Capture,
  type Encoding,
} from "./testing.js";

const fixtures = new URL("../../../../test/fixtures/", import.meta.url);
const folders = {
  "claude-code": "claude-code/otlp-json",
  codex: "codex/otlp-json",
  gemini: "gemini/otlp-json",
  "langgraph-openinference-js": "langgraph/otlp-openinference-js",
};

function snapshot(name: string): string {
  return new URL(`expected/otlp/${name}.txt`, fixtures).pathname;
}

async function story(captures: readonly Capture[], encoding?: Encoding): Promise<string> {
  await using server = await startTestServer();
  for (const capture of captures) expect(await send(server, capture, encoding)).toMatchObject({ status: 200 });
  return await storyText(server);
}

test.for(Object.entries(folders))("tells the recorded telemetry of %s as it happened", async ([name, folder]) => {
  await expect(await story(capturesIn(folder))).toMatchFileSnapshot(snapshot(name));
});

test("tells Claude Code's telemetry as it is recorded in protobuf", async () => {
  await using server = await startTestServer();
  for (const { signal, bytes } of protobufCapturesIn("claude-code/otlp-protobuf")) {
    const answered = await sendBytes(server, signal, bytes, true);
    expect(answered).toMatchObject({ status: 200, text: "" });
    expect(answered.headers["content-type"]).toBe("application/x-protobuf");
  }
  await expect(await storyText(server)).toMatchFileSnapshot(snapshot("claude-code-protobuf"));
});

test("tells Claude Code's log records alone, without its spans", async () => {
  const captures = capturesIn("claude-code/otlp-json").filter(({ signal }) => signal === "logs");
  await expect(await story(captures)).toMatchFileSnapshot(snapshot("claude-code-logs"));
});

test.for(encodings)("tells the same story from %s", async (encoding) => {
  for (const [name, folder] of Object.entries(folders)) {
    await expect(await story(capturesIn(folder), encoding)).toMatchFileSnapshot(snapshot(name));
  }
});

test.for(Object.entries(folders))("stores nothing of %s a second time", async ([, folder]) => {
  const captures = capturesIn(folder);
  expect(await story([...captures, ...captures])).toBe(await story(captures));
  expect(await story(captures.flatMap((capture) => [capture, capture]))).toBe(await story(captures));
});

test.for(Object.entries(folders))("tells the same of %s in whichever order it comes", async ([, folder]) => {
  const captures = capturesIn(folder);
  const expected = await factsOf(captures);
  await fc.assert(
    fc.asyncProperty(shuffled(captures), async (order) => {
      expect(await factsOf(order)).toEqual(expected);
    }),
    { numRuns: 12 },
  );
});

/** The exports in any order, and the records in each in any order. */
function shuffled(captures: readonly Capture[]): fc.Arbitrary<Capture[]> {
  const noisy = captures.map((capture) =>
    fc.nat().map((seed) => ({ ...capture, request: shuffle(capture.request, seed) })),
  );
  return fc
    .tuple(...noisy)
    .chain((list) => fc.shuffledSubarray([...list], { minLength: list.length, maxLength: list.length }));
}

const lists: ReadonlySet<string> = new Set(["spans", "logRecords", "scopeSpans", "scopeLogs", "attributes"]);

function shuffle(request: unknown, seed: number): unknown {
  return JSON.parse(JSON.stringify(request), (key, value: unknown) => {
    if (!lists.has(key) || !Array.isArray(value)) return value;
    const keyed = value.map((item, index) => [(seed * (index + 7) * 2_654_435_761) % 4_294_967_291, item] as const);
    return keyed.sort(([a], [b]) => a - b).map(([, item]) => item);
  });
}

/** What a session's events say in the end, whatever order they came in. */
async function factsOf(captures: readonly Capture[]): Promise<unknown> {
  await using server = await startTestServer();
  for (const capture of captures) expect((await send(server, capture)).status).toBe(200);
  const facts: Record<string, unknown> = {};
  for (const sessionId of await sessionsOf(server)) facts[sessionId] = await sessionFacts(server, sessionId);
  return facts;
}

async function sessionFacts(server: TestServer, sessionId: string): Promise<unknown> {
  const events = await eventsOf(server, sessionId);
  const { metadata, state } = (await server.call("GET", `/api/sessions/${sessionId}`)).body;
  const { tokenUsage, cost, usage, metrics, model } = metadata;
  const agents = state.agents.map(({ agentId, type, status }: Record<string, string>) => [agentId, type, status]);
  const of = (key: string, ...fields: string[]) => lastOf(events, key, fields);
  return {
    totals: { tokenUsage, cost, usage, metrics, model },
    agents,
    calls: of("callId", "tokens", "cost", "model", "turn"),
    results: of("toolCallId", "tool", "status"),
    steps: of("stepId", "name", "status", "parentStepId"),
    texts: events
      .filter(({ data }) => data["text"])
      .map(({ data }) => [data["type"], data["text"]].join(" "))
      .sort(),
    others: events
      .filter(({ data }) => data["type"] === "agent_event")
      .map(({ data }) => data["name"])
      .sort(),
  };
}

function lastOf(events: readonly SessionEvent[], key: string, fields: readonly string[]): unknown {
  const last: Record<string, Record<string, unknown>> = {};
  for (const { data } of events) {
    if (typeof data[key] !== "string") continue;
    const told = fields.filter((field) => data[field] !== undefined).map((field) => [field, data[field]]);
    last[data[key]] = { ...last[data[key]], ...Object.fromEntries(told) };
  }
  return last;
}

test.for([
  ["subagent-foreground", "11111111-2222-4333-8444-555555555550"],
  ["bash-fails", "a5f2eac2-6e2b-49cd-82ea-3c43a45be711"],
  ["api-error-StopFailure", "7850a3c2-76de-460b-91f8-37df3b8e94a2"],
] as const)("counts what Claude Code itself counts for %s", async ([run, sessionId]) => {
  await using server = await startTestServer();
  for (const capture of capturesIn("claude-code/otlp-json")) await send(server, capture);
  const { metadata } = (await server.call("GET", `/api/sessions/${sessionId}`)).body;
  const told = JSON.parse(readFileSync(new URL(`captures/claude-code/print-json/${run}.json`, fixtures), "utf8"));
  const own = told.modelUsage["claude-opus-5-5"] ?? {};
  expect(metadata.cost).toBe(told.total_cost_usd);
  expect(metadata.tokenUsage).toMatchObject({ input: own.inputTokens ?? 0, output: own.outputTokens ?? 0 });
  expect(metadata.tokenUsage.cacheRead ?? 0).toBe(own.cacheReadInputTokens ?? 0);
  expect(metadata.tokenUsage.cacheWrite5m ?? 0).toBe(own.cacheCreationEphemeral5mInputTokens ?? 0);
  expect(metadata.usage.costSource).toBe(told.total_cost_usd > 0 ? "agent" : null);
});

test("counts what Gemini CLI itself counts", async () => {
  await using server = await startTestServer();
  for (const capture of capturesIn("gemini/otlp-json")) await send(server, capture);
  const { metadata } = (await server.call("GET", "/api/sessions/a81b2118-7617-496d-8ecb-526204e79e70")).body;
  const told = JSON.parse(readFileSync(new URL("captures/gemini/print-json.json", fixtures), "utf8"));
  const { input, candidates, cached, thoughts, total } = told.stats.models["gemini-fake"].tokens;
  const counted = { input, output: candidates + thoughts, cacheRead: cached, reasoning: thoughts, total };
  expect(metadata.tokenUsage).toEqual(counted);
  expect(metadata.usage.calls).toBe(told.stats.models["gemini-fake"].api.totalRequests);
});

test("counts what Codex itself counts", async () => {
  await using server = await startTestServer();
  for (const capture of capturesIn("codex/otlp-json")) await send(server, capture);
  const lines = readFileSync(new URL("captures/codex/exec-json.jsonl", fixtures), "utf8").trim().split("\n");
  const [thread, ...items] = lines.map((line) => JSON.parse(line));
  const { metadata } = (await server.call("GET", `/api/sessions/${thread.thread_id}`)).body;
  const { input_tokens, cached_input_tokens, output_tokens, reasoning_output_tokens } = items.at(-1).usage;
  expect(metadata.tokenUsage).toEqual({
    input: input_tokens - cached_input_tokens,
    output: output_tokens,
    cacheRead: cached_input_tokens,
    reasoning: reasoning_output_tokens,
    total: input_tokens + output_tokens,
  });
});
