import fc from "fast-check";
import { expect, test } from "vitest";
import { eventDataSchemas } from "../../core/requests.js";
import { recordSchema } from "../../core/schemas.js";
import { checkJson, type JsonObject } from "../../core/json.js";
import { hookSession } from "../testing/hook-session.js";
import { hookSources, type HookSourceName } from "./hook-sources.js";
import { emptyStory } from "./story.js";
import { storableEvent } from "./storable.js";

const names = [
  ["PreToolUse", "PostToolUse", "PostToolUseFailure", "PostToolBatch", "Notification", "UserPromptSubmit"],
  ["UserPromptExpansion", "SessionStart", "SessionEnd", "Stop", "StopFailure", "SubagentStart", "SubagentStop"],
  ["PreCompact", "PostCompact", "PreModelSwitch", "PostModelSwitch", "PermissionRequest", "PermissionDenied"],
  ["Setup", "TeammateIdle", "TaskCreated", "TaskCompleted", "Elicitation", "ElicitationResult", "ConfigChange"],
  ["WorktreeCreate", "InstructionsLoaded", "CwdChanged", "FileChanged", "DirectoryAdded", "MessageDisplay"],
  ["Interrupt", "BeforeAgent", "AfterAgent", "BeforeModel", "AfterModel", "BeforeTool", "AfterTool", "PreCompress"],
  ["constructor", "toString", "__proto__", "valueOf"],
].flat();

const fields = [
  ["prompt_id", "turn_id", "agent_id", "agent_type", "tool_name", "tool_input", "tool_use_id", "tool_response"],
  ["tool_calls", "error", "is_interrupt", "duration_ms", "message", "notification_type", "prompt", "source", "reason"],
  ["model", "cwd", "session_title", "background_tasks", "last_assistant_message", "message_id", "index", "final"],
  ["delta", "trigger", "compact_summary", "task_id", "task_subject", "elicitation_id", "llm_request", "llm_response"],
  [
    "timestamp",
    "from_model",
    "to_model",
    "new_cwd",
    "prompt_response",
    "details",
    "type",
    "thread-id",
    "input-messages",
  ],
].flat();

/** Few values for ids, so that calls and agents meet again; anything else for the rest. */
const value = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom("a", "b", "Bash", "Agent", "TodoWrite", "resume", "clear", "other", "AskUserQuestion"),
  },
  { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 4 }) },
  {
    weight: 1,
    arbitrary: fc.constant(JSON.parse('{"__proto__":{"x":1},"constructor":1,"todos":[{"content":"__proto__"}]}')),
  },
  { weight: 1, arbitrary: fc.constantFrom(Infinity, NaN, deep(200)) },
);

const input = fc
  .record({ name: fc.constantFrom(...names), rest: fc.dictionary(fc.constantFrom(...fields), value, { maxKeys: 12 }) })
  .map(({ name, rest }) => ({ ...rest, hook_event_name: name }));

function deep(levels: number): unknown {
  return levels === 0 ? "end" : [deep(levels - 1)];
}

const sources = fc.constantFrom(...(Object.keys(hookSources) as HookSourceName[]));

test("maps whatever an agent sends to events that the store takes, and never throws", async () => {
  await fc.assert(
    fc.asyncProperty(sources, fc.array(input, { minLength: 1, maxLength: 12 }), async (source, inputs) => {
      const session = hookSession(source);
      await session.send(...inputs);
      for (const { type, data } of await session.events()) {
        expect(() => checkJson(data, { folded: true })).not.toThrow();
        if (type === "action" || type === "response") expect(recordSchema.safeParse(data).success).toBe(true);
        const schema = eventDataSchemas[type];
        if (schema) expect(schema.safeParse(data).error?.issues).toBeUndefined();
      }
    }),
    { numRuns: 300 },
  );
});

test("stores nothing more where every report comes again at once, ended sessions and asides apart", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(input, { maxLength: 8 }), async (inputs) => {
      const once = hookSession();
      const twice = hookSession();
      for (const [n, each] of inputs.entries()) {
        await take(once, each, `k${n}`);
        await take(twice, each, `k${n}`);
        await take(twice, each, `k${n}`);
      }
      expect(withoutTimes(await twice.session())).toEqual(withoutTimes(await once.session()));
    }),
    { numRuns: 200 },
  );
});

test("leaves what it was given as it was", () => {
  fc.assert(
    fc.property(sources, input, (source, given) => {
      const before = structuredClone(given);
      const events = hookSources[source].map({ session: undefined, story: emptyStory() }, { source, input: given });
      events.map(storableEvent);
      expect(given).toEqual(before);
    }),
  );
});

function take(session: ReturnType<typeof hookSession>, given: JsonObject, eventId: string) {
  const report = { source: "claude-code", input: given };
  return session.ingest.take("s-1", {
    source: "claude-code",
    eventId,
    map: (known) => hookSources["claude-code"].map(known, report),
  });
}

function withoutTimes(session: unknown): unknown {
  const times = new Set(["created", "updated", "since", "spawned", "completed", "lastEventAt", "finalized"]);
  return JSON.parse(
    JSON.stringify(session ?? null, (key, value: unknown) =>
      times.has(key) && typeof value === "string" ? "" : value,
    ),
  );
}
