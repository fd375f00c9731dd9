import * as z from "zod";
import { AppError } from "../../core/errors.js";
import { isJsonObject, type JsonObject } from "../../core/json.js";
import { hookQuerySchema } from "../../core/requests.js";
import { toTimestamp } from "../../core/timestamp.js";
import type { Decision, OpenApproval } from "../approvals.js";
import type { Call } from "../call.js";
import type { HookReport } from "../ingest/hook-report.js";
import { hookSources, type HookSourceName } from "../ingest/hook-sources.js";
import { findParent } from "../ingest/parent-session.js";
import { sessionIdFor } from "../ingest/telling/input.js";
import { parseJson } from "../input/parse.js";
import { json } from "../reply.js";
import { route, type Route } from "../route.js";

const headers = {
  "X-Claude-Sessions-User": "Whose session it is; also as `?user=`",
  "X-Claude-Sessions-Tags": "Tags of a new session, with commas; also as `?tags=`",
  "X-Claude-Sessions-Pid": "The agent's process, so that its end is noticed; also as `?pid=`",
  "X-Claude-Sessions-Host": "The host name of that process; also as `?host=`",
  "X-Event-Time": "When it happened, for a report that was held back",
  "Idempotency-Key": "The same key again stores nothing",
};

const titles: Record<HookSourceName, string> = {
  "claude-code": "Take a hook input of Claude Code",
  codex: "Take a hook input or a `notify` of Codex",
  gemini: "Take a hook input of Gemini CLI",
};

const sources = Object.keys(hookSources) as HookSourceName[];

/** Refused for good: senders that keep what is not found would send it again for ever, and all that is behind it wait. */
const unknownAgent = route({
  method: "POST",
  path: "/hooks/{agent}",
  group: "agents",
  summary: "Refuse a hook input of any other agent",
  responses: {},
  handler: (call) => {
    const agent = JSON.stringify(call.context.req.param("agent"));
    throw new AppError("invalid_input", `There is no agent ${agent} here. There are ${sources.join(", ")}.`);
  },
});

const knownAgents: Route[] = sources.map((source) =>
  route({
    method: "POST",
    path: `/hooks/${source}`,
    group: "agents",
    summary: titles[source],
    description:
      "Answered with `{}`, once what it says is stored. An input that nothing can be made of is answered the same, " +
      "counted and logged.",
    query: hookQuerySchema,
    headers,
    body: { schema: z.looseObject({}), example: { session_id: "demo", hook_event_name: "Stop" } },
    responses: {
      200: { description: "Taken", schema: z.object({}) },
      202: { description: "Taken, and not stored yet: the storage is slow" },
    },
    handler: (call) => takeHook(call, source),
  }),
);

export const hookRoutes: Route[] = [...knownAgents, unknownAgent];

async function takeHook(call: Call, source: HookSourceName): Promise<Response> {
  const { ingest, liveness } = call.deps;
  const text = await call.text();
  const input = readInput(call, source, text);
  if (!isJsonObject(input)) return drop(call, source, "it is not an object", text);
  const agentsId = hookSources[source].sessionOf(input);
  if (agentsId === undefined) return drop(call, source, "it names no session", text);
  const sessionId = sessionIdFor(agentsId);
  const eventId = call.idempotencyKey;
  const approval = openApproval(call, sessionId, input);
  const report = { ...(await reportOf(call, source, input)), approvalId: approval?.approvalId };
  const stored = ingest
    .take(sessionId, { source, eventId, map: (known) => hookSources[source].map(known, report) })
    .then(() => liveness.watch(sessionId, report.process));
  if (approval) return answerPermission(call, approval, stored);
  // Whoever gives a key can try again and wants to know; whoever does not is an agent that waits.
  if (eventId !== undefined) await stored;
  else if (!(await isStoredInTime(call, stored))) return json(202, {});
  return json(200, {});
}

/** Lets a person answer a permission request from elsewhere, where the hook's address says how long it waits for that. */
function openApproval(call: Call, sessionId: string, input: JsonObject): OpenApproval | undefined {
  const { approvals: seconds } = call.query(hookQuerySchema);
  if (seconds === undefined || input["hook_event_name"] !== "PermissionRequest") return undefined;
  const tool = typeof input["tool_name"] === "string" ? input["tool_name"] : "unknown";
  const message = `Permission to use ${tool} is needed.`;
  const asked = call.deps.redact({ tool, input: input["tool_input"] ?? null, message });
  return call.deps.approvals.open({ sessionId, tool, input: asked["input"]!, message }, seconds * 1000);
}

/** The decision in the agent's words; `{}`, which leaves it to the agent, where there is none in time. */
async function answerPermission(call: Call, approval: OpenApproval, stored: Promise<void>): Promise<Response> {
  call.outgoing?.once("close", approval.withdraw);
  try {
    await stored;
  } catch (error) {
    approval.withdraw();
    throw error;
  }
  const answer = await approval.answer;
  return json(200, answer ? permissionAnswer(answer) : {});
}

/** @see https://code.claude.com/docs/en/hooks */
function permissionAnswer({ decision, reason = "A person denied it through claude-sessions." }: Decision): JsonObject {
  const said: JsonObject = decision === "allow" ? { behavior: "allow" } : { behavior: "deny", message: reason };
  return { hookSpecificOutput: { hookEventName: "PermissionRequest", decision: said } };
}

function readInput(call: Call, source: string, text: string): unknown {
  try {
    return parseJson(text);
  } catch (error) {
    call.deps.ingest.drop(source, "it is not JSON", text);
    throw error;
  }
}

function drop(call: Call, source: string, reason: string, text: string): Response {
  call.deps.ingest.drop(source, reason, text);
  return json(200, {});
}

async function reportOf(call: Call, source: HookSourceName, input: JsonObject): Promise<HookReport> {
  const { store, liveness, now } = call.deps;
  const query = call.query(hookQuerySchema);
  const said = (name: string, given: string | undefined) => (given ?? call.header(name))?.trim() || undefined;
  const tags = said("x-claude-sessions-tags", query.tags)?.split(",") ?? [];
  return {
    source,
    input,
    userId: said("x-claude-sessions-user", query.user)?.slice(0, 256),
    tags: tags.map((tag) => tag.trim().slice(0, 256)).filter((tag) => tag !== ""),
    timestamp: toTimestamp(call.header("x-event-time")),
    parentSession: await findParent(store, source, input, now()),
    process: liveness.processOf({
      pid: Number(said("x-claude-sessions-pid", query.pid)),
      host: said("x-claude-sessions-host", query.host),
    }),
  };
}

/** False where the storage takes so long that the agent had better go on; then it is stored behind its back. */
async function isStoredInTime(call: Call, stored: Promise<void>): Promise<boolean> {
  const { promise: late, resolve } = Promise.withResolvers<boolean>();
  const cancel = call.deps.hooks.setTimer(() => resolve(false), call.deps.hooks.longestWaitMs);
  try {
    const inTime = await Promise.race([stored.then(() => true), late]);
    if (!inTime) stored.catch((cause: unknown) => call.deps.logger.error({ err: cause }, "a hook's report was lost"));
    return inTime;
  } finally {
    cancel();
  }
}
