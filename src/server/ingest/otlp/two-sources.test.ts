import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { SessionEvent } from "../../../core/event.js";
import { startTestServer, type TestServer } from "../../testing/test-server.js";
import { capturesIn, eventsOf, send, type Capture } from "./testing.js";

const sessionId = "53eafc36-d769-480b-afdd-796100352963";

/** The telemetry of one run under the ids of the run whose hooks were recorded: the two did the same. */
const sameRun: Record<string, string> = {
  "11111111-2222-4333-8444-555555555550": sessionId,
  "0abef500-d8af-45b1-9ed4-a95bee0e0186": "19c82934-2302-4535-b945-239baeaa4cf1",
  toolu_fake_0033: "toolu_fake_0022",
  toolu_fake_0035: "toolu_fake_0024",
  ab4bc03e3d4f0e77f: "a9730b035666cf3de",
};

type Report = { hook: object } | { telemetry: Capture };

const hooks = readFileSync(
  new URL("../../../../test/fixtures/captures/claude-code/hooks/subagent-foreground.jsonl", import.meta.url),
  "utf8",
)
  .trim()
  .split("\n")
  .map((line): Report => ({ hook: JSON.parse(line) as object }));
const telemetry = capturesIn("claude-code/otlp-json")
  .slice(0, 3)
  .map(({ signal, request }): Report => {
    const text = Object.entries(sameRun).reduce(
      (json, [from, to]) => json.replaceAll(from, to),
      JSON.stringify(request),
    );
    return { telemetry: { signal, request: JSON.parse(text) as unknown } };
  });
const [spans, logs, metrics] = telemetry as [Report, Report, Report];

async function report(server: TestServer, reports: readonly Report[]): Promise<void> {
  for (const one of reports) {
    const answered =
      "hook" in one ? await server.call("POST", "/hooks/claude-code", one.hook) : await send(server, one.telemetry);
    expect(answered.status).toBe(200);
  }
}

async function expectOneStory(server: TestServer): Promise<SessionEvent[]> {
  const events = await eventsOf(server, sessionId);
  const { metadata, state } = (await server.call("GET", `/api/sessions/${sessionId}`)).body;
  expect(metadata.metrics).toMatchObject({ agentsSpawned: 1, bashCommands: 1 });
  expect(metadata.tokenUsage).toMatchObject({ input: 4800, output: 168, cacheRead: 20_000, cacheWrite5m: 1200 });
  expect([metadata.cost, metadata.usage.calls, metadata.usage.costSource]).toEqual([0.03256, 4, "agent"]);
  expect(state.agents).toMatchObject([{ agentId: "a9730b035666cf3de", type: "general-purpose", status: "completed" }]);
  const of = (type: string, key: string) =>
    events
      .filter(({ data }) => data["type"] === type && !String(data["eventId"]).includes("#"))
      .map(({ data }) => data[key]);
  expect(of("task_spawn", "toolCallId")).toEqual(["toolu_fake_0022"]);
  expect(of("bash_exec", "toolCallId")).toEqual(["toolu_fake_0024"]);
  expect(of("tool_result", "toolCallId").toSorted()).toEqual(["toolu_fake_0022", "toolu_fake_0024"]);
  expect(of("user_prompt", "text")).toEqual(["USE_AGENT_FG please"]);
  expect(of("model_call", "callId")).toHaveLength(4);
  expect(events.filter(({ type }) => type === "agent_spawned")).toHaveLength(1);
  return events;
}

test("tells each call once where hooks and telemetry tell of one session, and the session stays ended", async () => {
  await using server = await startTestServer();
  await report(server, [...hooks, logs, metrics]);
  const events = await expectOneStory(server);
  const said = events.filter(({ data }) => data["type"] === "assistant_message" && data["agentId"] === undefined);
  expect(said.map(({ data }) => data["text"])).toEqual(["Delegating.", "All done: the tool ran."]);
  expect(events.filter(({ data }) => data["replaces"])).toEqual([]);
  const { metadata } = (await server.call("GET", `/api/sessions/${sessionId}`)).body;
  expect([metadata.status, metadata.liveness.status]).toEqual(["completed", "ended"]);
});

test("tells each call once in whichever order the two come, spans included", async () => {
  const places = fc.tuple(fc.nat(hooks.length), fc.nat(hooks.length), fc.nat(hooks.length));
  await fc.assert(
    fc.asyncProperty(places, async ([one, two, three]) => {
      await using server = await startTestServer();
      const mixed = [...hooks];
      mixed.splice(one, 0, spans);
      mixed.splice(two, 0, logs);
      mixed.splice(three, 0, metrics, logs);
      await report(server, mixed);
      await expectOneStory(server);
    }),
    { numRuns: 12 },
  );
});
