import fc from "fast-check";
import { expect, test } from "vitest";
import type { SessionEvent } from "../../../core/event.js";
import { checkJson } from "../../../core/json.js";
import { eventDataSchemas } from "../../../core/requests.js";
import { recordSchema } from "../../../core/schemas.js";
import {
  linesOfCapture,
  transcriptCaptures,
  transcriptSession,
  type TranscriptLine,
} from "../../testing/transcript-fixture.js";
import { createTranscriptMapper } from "./transcript.js";

const types = [
  ["user", "assistant", "system", "attachment", "summary", "custom-title", "cost-state", "api-request", "new-kind"],
  ["compact_boundary", "stop_hook_summary", "__proto__", "constructor", "toString"],
].flat();

const block = fc.oneof(
  fc.record({ type: fc.constant("text"), text: fc.constantFrom("hi", "", "<command-name>/x</command-name>") }),
  fc.record({
    type: fc.constant("tool_use"),
    id: fc.constantFrom("a", "b"),
    name: fc.constantFrom("Bash", "Agent", "TodoWrite"),
    input: fc.oneof(fc.jsonValue(), fc.constant({ todos: [{ content: "__proto__", status: "pending" }] })),
  }),
  fc.record({ type: fc.constant("tool_result"), tool_use_id: fc.constantFrom("a", "b"), is_error: fc.boolean() }),
  fc.record({ type: fc.constant("thinking"), thinking: fc.string() }),
  fc.jsonValue(),
);

const usage = fc.record(
  { input_tokens: fc.oneof(fc.nat(99), fc.jsonValue()), output_tokens: fc.nat(99), cache_creation: fc.jsonValue() },
  { requiredKeys: [] },
);

const anything = fc.oneof(fc.jsonValue({ maxDepth: 3 }), fc.constantFrom(Infinity, deep(200)));

const line = fc.record(
  {
    type: fc.constantFrom(...types),
    subtype: fc.constantFrom(...types),
    uuid: fc.constantFrom("u1", "u2", "u3", "u4", "u5"),
    parentUuid: fc.constantFrom(null, "u1", "u2"),
    timestamp: fc.oneof(fc.constantFrom("2026-11-20T08:00:00.000Z", "2026-11-20T09:00:00.000Z", "no"), anything),
    promptId: fc.oneof(fc.constantFrom("p", "q"), anything),
    requestId: fc.constantFrom("r1", "r2"),
    message: fc.oneof(
      fc.record(
        {
          id: fc.constantFrom("m1", "m2"),
          model: fc.constantFrom("claude-opus-5-5", "<synthetic>"),
          content: fc.oneof(fc.string(), fc.array(block, { maxLength: 4 })),
          stop_reason: fc.constantFrom("end_turn", "tool_use", null),
          usage,
        },
        { requiredKeys: ["content"] },
      ),
      anything,
    ),
    isMeta: fc.boolean(),
    isSidechain: fc.boolean(),
    isCompactSummary: fc.boolean(),
    isApiErrorMessage: fc.boolean(),
    toolUseResult: anything,
    customTitle: anything,
    attachment: anything,
    totalCostUSD: fc.oneof(fc.double(), anything),
    modelUsage: fc.oneof(
      fc.constant({ "claude-opus-5-5": { inputTokens: 900, outputTokens: 900, costUSD: 1 } }),
      anything,
    ),
    cwd: fc.constantFrom("/a", "/b"),
    session_id: anything,
    forkedFrom: fc.oneof({ weight: 9, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: anything }),
  },
  { requiredKeys: ["type"] },
);

function deep(levels: number): unknown {
  return levels === 0 ? "end" : [deep(levels - 1)];
}

const told = fc.record(
  {
    line: fc.oneof({ weight: 20, arbitrary: line }, { weight: 1, arbitrary: anything }),
    file: fc.record({ agentId: fc.constantFrom("x", "y"), meta: fc.constant({ toolUseId: "a" }) }),
  },
  { requiredKeys: ["line"] },
) as fc.Arbitrary<TranscriptLine>;

test("maps whatever a transcript holds to events that the store takes, and never throws", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(told, { maxLength: 12 }), async (lines) => {
      const session = transcriptSession();
      await session.read(...lines);
      await session.stand();
      for (const { type, data } of await session.events()) {
        expect(() => checkJson(data, { folded: true })).not.toThrow();
        if (type === "action" || type === "response") expect(recordSchema.safeParse(data).success).toBe(true);
        expect(eventDataSchemas[type]?.safeParse(data).error?.issues).toBeUndefined();
      }
    }),
    { numRuns: 150 },
  );
});

test("stores nothing more of lines that are read again", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(told, { maxLength: 12 }), async (lines) => {
      const session = transcriptSession();
      await session.read(...lines);
      await session.stand();
      const events = await session.events();
      session.again();
      await session.read(...lines);
      await session.stand();
      expect(await session.events()).toEqual(events);
    }),
    { numRuns: 150 },
  );
});

test("makes the same events of any lines, however they are split, and wherever it says where it stands", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(told, { maxLength: 12 }), fc.array(fc.nat(12)), async (lines, cuts) => {
      const whole = transcriptSession();
      await whole.read(...lines);
      const parts = transcriptSession();
      for (const part of split(lines, cuts)) await parts.read(...part);
      expect(bare(await parts.events())).toEqual(bare(await whole.events()));
      const mapper = createTranscriptMapper();
      const asked = createTranscriptMapper();
      for (const { line, file } of lines) {
        asked.standing();
        expect(asked.take(line, file)).toEqual(mapper.take(line, file));
      }
    }),
    { numRuns: 150 },
  );
});

test.for(transcriptCaptures)("makes the same events of %s, however it is split", async (name) => {
  const lines = linesOfCapture(name);
  const whole = transcriptSession();
  await whole.read(...lines);
  await whole.stand();
  const byLine = transcriptSession();
  for (const line of lines) await byLine.read(line);
  await byLine.stand();
  expect(bare(await byLine.events())).toEqual(bare(await whole.events()));
});

function split<T>(items: readonly T[], cuts: readonly number[]): T[][] {
  const places = [...new Set([0, ...cuts.map((cut) => Math.min(cut, items.length)), items.length])].toSorted(
    (a, b) => a - b,
  );
  return places.slice(1).map((place, index) => items.slice(places[index], place));
}

function bare(events: readonly SessionEvent[]): unknown[] {
  return events.map((event) =>
    JSON.parse(JSON.stringify(event, (key, value: unknown) => (key === "receivedAt" ? undefined : value))),
  );
}
