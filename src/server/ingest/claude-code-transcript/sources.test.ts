import fc from "fast-check";
import { expect, test } from "vitest";
import type { SessionEvent } from "../../../core/event.js";
import {
  jsonLines,
  linesOfCapture,
  sessionOfCapture,
  transcriptSession,
  type TranscriptLine,
} from "../../testing/transcript-fixture.js";
import type { JsonObject } from "../../../core/json.js";

const hooks = new URL("../../../../test/fixtures/captures/claude-code/hooks/", import.meta.url);

/** Recordings of both; the hooks of several runs in one session belong to one transcript. */
const scenarios: [transcript: string, ...hooks: string[]][] = [
  ["api-error-StopFailure", "api-error-StopFailure"],
  ["bash", "bash"],
  ["bash-fails", "bash-fails"],
  ["killed-SIGKILL", "killed-SIGKILL"],
  ["killed-SIGTERM", "killed-SIGTERM"],
  ["named-session-start", "named-session-start", "resume", "compact-headless"],
  ["permission-denied-headless", "permission-denied-headless"],
  ["subagent-background", "subagent-background"],
  ["subagent-foreground", "subagent-foreground"],
];

type Report = { hook: JsonObject } | TranscriptLine;

/** What was told, whoever told it, in words that do not depend on who did. */
async function told(name: string, reports: readonly Report[]): Promise<Record<string, unknown>> {
  const session = transcriptSession(sessionOfCapture(name));
  for (const report of reports) {
    if ("hook" in report) await session.hook(report.hook);
    else await session.read(report);
  }
  await session.stand();
  const events = await session.events();
  expect(new Set(events.map(({ eventId }) => eventId)).size).toBe(events.length);
  const { metadata, state } = await session.session();
  return {
    ...wordsOf(events),
    agents: state.agents.map(({ agentId, type, status, toolCallId, result }) => ({
      agentId,
      type,
      status,
      toolCallId,
      result,
    })),
    goals: state.goals,
    metrics: metadata.metrics,
    usage: [metadata.tokenUsage, metadata.cost, metadata.usage],
    status: [metadata.status, metadata.liveness.status],
    ends: events.filter(({ type }) => type === "session_finalized").length,
  };
}

const shown: Record<string, string[]> = {
  user_prompt: ["turn", "text", "from"],
  assistant_message: ["turn", "agentId", "text"],
  bash_exec: ["turn", "agentId", "toolCallId", "input"],
  task_spawn: ["turn", "agentId", "toolCallId", "input"],
  tool_result: ["turn", "agentId", "toolCallId", "status", "error"],
  turn_end: ["turn", "status"],
  model_call: ["turn", "agentId", "callId", "tokens", "cost"],
};

function wordsOf(events: readonly SessionEvent[]): Record<string, string[]> {
  const words: Record<string, string[]> = { compaction: [] };
  for (const { data } of events) {
    const type = String(data["type"]);
    if (type === "compaction") words["compaction"]!.push(String(data["reason"]));
    if (!Object.hasOwn(shown, type) || data["presumed"] === true) continue;
    const fields = shown[type]!.map((key) => [key, data[key]]);
    (words[type] ??= []).push(JSON.stringify(Object.fromEntries(fields)));
  }
  return Object.fromEntries(Object.entries(words).map(([type, list]) => [type, list.toSorted()]));
}

function reportsOf([transcript, ...names]: (typeof scenarios)[number]): { lines: Report[]; live: Report[] } {
  const sessionId = sessionOfCapture(transcript);
  const inputs = names.flatMap((file) => jsonLines(new URL(`${file}.jsonl`, hooks)));
  const live = inputs.filter((input) => input["session_id"] === sessionId).map((hook) => ({ hook }));
  return { lines: linesOfCapture(transcript), live };
}

test.for(scenarios)("tells %s once, by hooks first or by the transcript first", async (scenario) => {
  const [name] = scenario;
  const { lines, live } = reportsOf(scenario);
  const hooksFirst = await told(name, [...live, ...lines]);
  const transcriptFirst = await told(name, [...lines, ...live]);
  // Each late report of a start that is no first one opens the session again, until its end.
  const ends = scenario.length === 2 ? {} : { ends: 0 };
  expect({ ...transcriptFirst, ...ends }).toEqual({ ...hooksFirst, ...ends });
  const alone = await told(name, lines);
  expect({ ...hooksFirst, status: 0 }).toEqual({ ...alone, status: 0 });
});

/** A start of the agent that is reported late, amid what came after it, breaks that off; so no session of several starts. */
const single = scenarios.filter(({ length }) => length === 2);

test.for(single)("tells %s once, however hooks and transcript take turns", async (scenario) => {
  const [name] = scenario;
  const { lines, live } = reportsOf(scenario);
  const expected = await told(name, [...live, ...lines]);
  await fc.assert(
    fc.asyncProperty(fc.array(fc.boolean(), { minLength: 60, maxLength: 60 }), async (order) => {
      const [left, right] = [[...live], [...lines]];
      const mixed: Report[] = [];
      for (const isHook of order) mixed.push(...(isHook ? left : right).splice(0, 1));
      mixed.push(...left, ...right);
      expect({ ...(await told(name, mixed)), status: 0 }).toEqual({ ...expected, status: 0 });
    }),
    { numRuns: 10 },
  );
});
