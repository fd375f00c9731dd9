import { createBatch, digest, sorted, type Batch } from "./batch.js";
import { claudeCodeContext, isClaudeCodeLog, isPromptHook, mapClaudeCodeLog } from "./claude-code-logs.js";
import { isClaudeCodeSpan, mapClaudeCodeSpan } from "./claude-code-spans.js";
import { codexContext, isCodexLog, mapCodexLog } from "./codex-logs.js";
import { action, type Draft } from "./draft.js";
import { geminiContext, isGemini, isToldByGeminiLogs, mapGeminiLog } from "./gemini.js";
import { isKept, mapPoint } from "./metrics.js";
import { mapOperationLog } from "./operation-logs.js";
import { mapOperationSpan, mapUnknownSpan, operationOf } from "./operation-spans.js";
import type { Log, Span, Telemetry } from "./signals.js";
import { derivedSession, namedSession, namedUser, type TraceSessions } from "./trace-sessions.js";

/** What a request tells of one session. */
export interface SessionTelemetry {
  sessionId: string;
  source: string;
  /** Whose session it is, where the telemetry names a person. */
  userId: string | undefined;
  drafts: Draft[];
  /** How many records told it. */
  records: number;
  /** Hooks of the agent tell of its prompts as well. */
  promptHook: boolean;
}

export interface Mapped {
  sessions: SessionTelemetry[];
  /** Numbers that are sums since the start, and cannot be added up; how many. */
  cumulative: number;
  /** How many records of each source tell nothing of a session: they are of the telemetry itself, or told by others. */
  leftOut: Map<string, number>;
}

/** What the records of a request tell, by session. Records of no session are passed over. */
export function mapTelemetry(records: readonly Telemetry[], traces: TraceSessions): Mapped {
  const batch = createBatch(records);
  const inRequest = sessionsOfTraces(records, traces);
  const sessions = new Map<string, SessionTelemetry>();
  const contexts = createContexts();
  const leftOut = new Map<string, number>();
  const hooked = new Set(records.filter((record) => record.kind === "log" && isPromptHook(record)).map(namedSession));
  let cumulative = 0;
  for (const record of records) {
    const sessionId = namedSession(record) ?? ("traceId" in record ? inRequest.get(record.traceId) : undefined);
    if (sessionId === undefined) continue;
    if (record.kind === "point" && isKept(record) && !record.delta) {
      cumulative += 1;
      continue;
    }
    const { source, drafts, user } = tellingOf(record, batch);
    if (drafts.length === 0) {
      leaveOut(leftOut, record, source);
      continue;
    }
    const made = { sessionId, source, userId: undefined, drafts: [], records: 0, promptHook: hooked.has(sessionId) };
    const session: SessionTelemetry = sessions.get(sessionId) ?? made;
    sessions.set(sessionId, session);
    session.records += 1;
    session.userId ??= user;
    session.drafts.push(...drafts);
    contexts.add(session, record, source);
  }
  return { sessions: [...sessions.values()], cumulative, leftOut };
}

/** Most numbers are sums of what is told one by one, and are not counted. */
function leaveOut(leftOut: Map<string, number>, { kind }: Telemetry, source: string): void {
  if (kind !== "point") leftOut.set(source, (leftOut.get(source) ?? 0) + 1);
}

/**
 * Which session the records of each trace belong to that name none: the one that others of the trace
 * name, here or before; else one of the trace's own, where it is an agent's trace at all.
 */
function sessionsOfTraces(records: readonly Telemetry[], traces: TraceSessions): Map<string, string> {
  const found = new Map<string, string>();
  const traced = records.filter((record) => record.kind !== "point").filter(({ traceId }) => traceId !== "");
  for (const record of traced) {
    const named = namedSession(record);
    if (named !== undefined && !found.has(record.traceId)) found.set(record.traceId, named);
  }
  for (const record of traced.filter(({ traceId }) => !found.has(traceId))) {
    const before = traces.get(record.traceId) ?? (isOfAgent(record) ? derivedSession(record.traceId) : undefined);
    if (before !== undefined) found.set(record.traceId, before);
  }
  // Where spans of a trace went once, they go when they come again.
  for (const [traceId, sessionId] of found) traces.set(traceId, traces.get(traceId) ?? sessionId);
  return found;
}

function isOfAgent(record: Span | Log): boolean {
  return record.kind === "span" ? operationOf(record) !== undefined : record.name.startsWith("gen_ai.");
}

interface Told {
  source: string;
  drafts: Draft[];
  user: string | undefined;
}

function tellingOf(record: Telemetry, batch: Batch): Told {
  // Claude Code's own `user.id` is of the installation, not of a person.
  if (isOfClaudeCode(record)) {
    const user = namedUser({ ...record, attributes: {} });
    return { source: "claude-code", drafts: claudeCode(record, batch), user };
  }
  const user = namedUser(record);
  if (record.kind === "point") return { source: "otel", drafts: mapPoint(record), user };
  if (record.kind === "span") return { ...span(record, batch), user };
  if (isCodexLog(record)) return { source: "codex", drafts: mapCodexLog(record), user };
  if (isGemini(record)) return { source: "gemini", drafts: mapGeminiLog(record), user };
  return { source: "otel", drafts: mapOperationLog(record), user };
}

function isOfClaudeCode(record: Telemetry): boolean {
  if (record.kind === "span") return isClaudeCodeSpan(record);
  return record.kind === "log" ? isClaudeCodeLog(record) : record.name.startsWith("claude_code.");
}

function claudeCode(record: Telemetry, batch: Batch): Draft[] {
  if (record.kind === "span") return mapClaudeCodeSpan(record, batch);
  return record.kind === "log" ? mapClaudeCodeLog(record) : mapPoint(record);
}

function span(record: Span, batch: Batch): Omit<Told, "user"> {
  if (isToldByGeminiLogs(record)) return { source: "gemini", drafts: [] };
  const operation = operationOf(record);
  if (operation === undefined) return { source: "otel", drafts: mapUnknownSpan(record) };
  return { source: operation.source, drafts: mapOperationSpan(record, operation, batch) };
}

const context: Record<string, readonly string[]> = {
  "claude-code": claudeCodeContext,
  codex: codexContext,
  gemini: geminiContext,
};

/** Who exported: the resource, and what every record of it repeats; told once, and not with each event. */
function createContexts() {
  const told = new Map<string, Draft>();
  return {
    add({ sessionId, drafts }: SessionTelemetry, record: Telemetry, source: string): void {
      if (record.kind === "point") return;
      const repeated = (context[source] ?? []).filter((key) => Object.hasOwn(record.attributes, key));
      const extra = {
        ...record.resource,
        ...Object.fromEntries(repeated.map((key) => [key, record.attributes[key]!])),
      };
      if (Object.keys(extra).length === 0) return;
      const time = record.kind === "span" ? record.start : record.time;
      const known = told.get(`${sessionId} ${JSON.stringify(extra)}`);
      if (known && time >= known.time) return;
      const one = { type: "agent_event", name: "otel.resource", source, extra } as const;
      const draft = action(`resource:${digest(sorted(extra))}`, one, { time });
      told.set(`${sessionId} ${JSON.stringify(extra)}`, draft);
      drafts.push(draft);
    },
  };
}
