import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { SessionEvent } from "../../../core/event.js";
import { startTestServer, type TestServer } from "../../testing/test-server.js";
import { eventsOf, sessionsOf, storyText } from "./testing.js";

/* Recordings of agents that `connect` had connected: what came, in the order in which it came. */

const fixtures = new URL("../../../../test/fixtures/", import.meta.url);

interface Recorded {
  url: string;
  /** When a hook was called, RFC 3339. */
  time?: string;
  body: unknown;
}

const recordings = ["claude-code", "claude-code-subagent", "codex-notify", "codex-hooks", "gemini"] as const;
type Recording = (typeof recordings)[number];

function recorded(name: Recording): Recorded[] {
  const text = readFileSync(new URL(`captures/both/${name}.jsonl`, fixtures), "utf8");
  return text
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Recorded);
}

async function report(server: TestServer, reports: readonly Recorded[]): Promise<void> {
  for (const { url, time, body } of reports) {
    const headers = { "content-type": "application/json", ...(time !== undefined && { "x-event-time": time }) };
    expect((await server.call("POST", url, body, { headers })).status).toBe(200);
  }
}

function isHook({ url }: Recorded): boolean {
  return url.startsWith("/hooks");
}

/** The exports among the hooks, each behind so many of these; hooks come in their order, and exports in theirs. */
function mixed(reports: readonly Recorded[], places: readonly number[]): Recorded[] {
  const hooks = reports.filter(isHook);
  const exported = reports.filter((one) => !isHook(one));
  const parts = places.map((place, index) => [...hooks.slice(places[index - 1] ?? 0, place), exported[index]!]);
  return [...parts.flat(), ...hooks.slice(places.at(-1) ?? 0)];
}

function placesIn(reports: readonly Recorded[]): fc.Arbitrary<number[]> {
  const hooks = reports.filter(isHook).length;
  const length = reports.length - hooks;
  const places = fc.array(fc.nat(hooks), { minLength: length, maxLength: length });
  return places.map((list) => list.toSorted((a, b) => a - b));
}

async function story(server: TestServer): Promise<SessionEvent[]> {
  const [sessionId, ...others] = await sessionsOf(server);
  expect(others).toEqual([]);
  return eventsOf(server, sessionId!);
}

function records(events: readonly SessionEvent[], ...types: string[]) {
  return events.map(({ data }) => data).filter((data) => types.includes(String(data["type"])));
}

const calls = ["bash_exec", "tool_call", "task_spawn"];

/** What each recording did, told once. */
const facts: Record<Recording, { prompt: string; said: string[]; calls: number; modelCalls: number }> = {
  "claude-code": { prompt: "RUN_ECHO", said: ["I run a command.", "All done."], calls: 1, modelCalls: 2 },
  "claude-code-subagent": {
    prompt: "ASK_SUBAGENT",
    said: ["A subagent does that.", "All done."],
    calls: 2,
    modelCalls: 4,
  },
  "codex-notify": { prompt: "RUN_ECHO", said: ["All done."], calls: 1, modelCalls: 2 },
  "codex-hooks": { prompt: "RUN_ECHO", said: ["All done."], calls: 1, modelCalls: 2 },
  gemini: { prompt: "RUN_ECHO", said: ["I run a command.\nAll done."], calls: 1, modelCalls: 3 },
};

async function expectToldOnce(server: TestServer, name: Recording): Promise<void> {
  const events = await story(server);
  const expected = facts[name];
  expect(records(events, "user_prompt").map(({ text }) => text)).toEqual([expected.prompt]);
  expect(records(events, "assistant_message").map(({ text }) => text)).toEqual(expected.said);
  const told = records(events, ...calls).map(({ toolCallId }) => toolCallId);
  expect(told).toHaveLength(expected.calls);
  const results = records(events, "tool_result").filter(({ eventId }) => !String(eventId).includes("#"));
  expect(results.map(({ toolCallId }) => toolCallId).toSorted()).toEqual(told.toSorted());
  expect(results.map(({ status }) => status)).toEqual(results.map(() => "ok"));
  expect(records(events, "model_call")).toHaveLength(expected.modelCalls);
  expect(records(events, "agent_started")).toHaveLength(1);
  expect(records(events, "turn_end")).toMatchObject([{ status: "ok" }]);
  const turns = new Set(records(events, "user_prompt", "model_call", "tool_result", ...calls).map(({ turn }) => turn));
  expect([...turns]).toEqual([expect.any(String)]);
  const names = records(events, "agent_event").map((data) => data["name"]);
  expect(names.filter((name) => String(name).startsWith("hook_"))).toEqual([]);
}

describe.each(recordings)("%s, told by hooks and by telemetry", (name) => {
  test("makes one story", async () => {
    await using server = await startTestServer();
    await report(server, recorded(name));
    await expectToldOnce(server, name);
    await expect(await storyText(server)).toMatchFileSnapshot(new URL(`expected/both/${name}.txt`, fixtures).pathname);
  });

  test("makes one story in whichever order the two come", async () => {
    const reports = recorded(name);
    const nothingBefore = reports.filter((one) => !isHook(one)).map(() => 0);
    await fc.assert(
      fc.asyncProperty(placesIn(reports), async (places) => {
        await using server = await startTestServer();
        await report(server, mixed(reports, places));
        await expectToldOnce(server, name);
      }),
      { numRuns: 15, examples: [[nothingBefore]] },
    );
  });

  test("makes the same story where all comes twice", async () => {
    await using once = await startTestServer();
    await report(once, recorded(name));
    await using twice = await startTestServer();
    await report(twice, [...recorded(name), ...recorded(name).filter((one) => !isHook(one))]);
    expect(await storyText(twice)).toBe(await storyText(once));
  });
});
