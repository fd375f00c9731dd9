import { AppError } from "../core/errors.js";
import type { ToolReport, UsageReport } from "../core/reports.js";
import type { SessionEvent } from "../core/event.js";
import type { JsonObject } from "../core/json.js";
import type { Metadata } from "../core/metadata.js";
import type { State } from "../core/state.js";
import { linesOf, toNdjson } from "./ndjson.js";
import { createRequester, unreachable, type Requester, type RequesterOptions, type ResponseLike } from "./request.js";
import type {
  AgentInput,
  Approval,
  CreatedSession,
  CreateSession,
  Decided,
  EventInput,
  GoalInput,
  Health,
  ListEvents,
  ListRecords,
  ListSessions,
  NewRecord,
  PatchedState,
  SearchInput,
  SearchResults,
  SessionDetail,
  SessionList,
  Stats,
  StoredRecord,
  Written,
  WrittenAgent,
  WrittenBatch,
  WrittenGoal,
} from "./types.js";

export type Client = ReturnType<typeof createClient>;

/**
 * A typed client of the REST API; runs in Node and in browsers.
 * Every method throws AppError: the server's own code and message, or `no_server`.
 */
export function createClient(options: RequesterOptions) {
  const requester = createRequester(options);
  return {
    url: requester.url,
    ...sessionMethods(requester),
    ...recordMethods(requester),
    ...stateMethods(requester),
    ...eventMethods(requester),
    ...queryMethods(requester),
    ...approvalMethods(requester),
  };
}

interface WriteOptions {
  /** Makes the write idempotent: the same id again returns the first answer and stores nothing. */
  eventId?: string;
}

function path(...parts: string[]): string {
  return `/api/${parts.map(encodeURIComponent).join("/")}`;
}

function write(method: string, json: unknown, { eventId }: WriteOptions = {}) {
  return { method, json, headers: { "idempotency-key": eventId } };
}

function sessionMethods({ json }: Requester) {
  return {
    createSession: (input: CreateSession = {}, { ifExists }: { ifExists?: "resume" } = {}) =>
      json<CreatedSession>(path("sessions"), { ...write("POST", input), query: { ifExists } }),
    /** `limit`: how many of the newest actions and responses come along. */
    getSession: (sessionId: string, query: { limit?: number } = {}) =>
      json<SessionDetail>(path("sessions", sessionId), { query }),
    listSessions: (query: ListSessions = {}) => json<SessionList>(path("sessions"), { query: { ...query } }),
    sessionsOfUser: (userId: string) => json<Metadata[]>(path("sessions", "user", userId)),
    /** Dotted keys reach inside, `"+N"` adds to a number. */
    patchMetadata: (sessionId: string, patch: JsonObject, options?: WriteOptions) =>
      json<JsonObject>(path("sessions", sessionId, "metadata"), write("PATCH", patch, options)),
    finalize: (
      sessionId: string,
      input: { status?: string; outcome?: unknown; response?: unknown } = {},
      options?: WriteOptions,
    ) => json<JsonObject>(path("sessions", sessionId, "finalize"), write("POST", input, options)),
    reopen: (sessionId: string) => json<JsonObject>(path("sessions", sessionId, "reopen"), write("POST", {})),
    deleteSession: (sessionId: string) => json<JsonObject>(path("sessions", sessionId), { method: "DELETE" }),
  };
}

function recordMethods({ json }: Requester) {
  const append = <T>(parts: string[], body: unknown, options?: WriteOptions) =>
    json<T>(path("actions", ...parts), write("POST", body, options));
  return {
    appendAction: (sessionId: string, record: NewRecord, options?: WriteOptions) =>
      append<Written>([sessionId], record, options),
    appendResponse: (sessionId: string, record: NewRecord, options?: WriteOptions) =>
      append<Written>([sessionId, "responses"], record, options),
    /** All or nothing, one acknowledgement. */
    appendActions: (sessionId: string, records: readonly NewRecord[]) => append<WrittenBatch>([sessionId], records),
    appendResponses: (sessionId: string, records: readonly NewRecord[]) =>
      append<WrittenBatch>([sessionId, "responses"], records),
    /** The newest `limit`, in ascending order. */
    listActions: (sessionId: string, query: ListRecords = {}) =>
      json<StoredRecord[]>(path("actions", sessionId), { query: { ...query } }),
    listResponses: (sessionId: string, query: ListRecords = {}) =>
      json<StoredRecord[]>(path("actions", sessionId, "responses"), { query: { ...query } }),
  };
}

function stateMethods({ json }: Requester) {
  return {
    /** `at`: the state after that many events. */
    getState: (sessionId: string, query: { at?: number } = {}) => json<State>(path("state", sessionId), { query }),
    /** A JSON merge patch; with `ifVersion` refused (`version_conflict`) where the state moved on. */
    patchState: (
      sessionId: string,
      patch: JsonObject,
      { ifVersion, ...options }: WriteOptions & { ifVersion?: number } = {},
    ) => {
      const request = write("PATCH", patch, options);
      const ifMatch = ifVersion === undefined ? undefined : `"${ifVersion}"`;
      return json<PatchedState>(path("state", sessionId), {
        ...request,
        headers: { ...request.headers, "if-match": ifMatch },
      });
    },
    addGoal: (sessionId: string, goal: GoalInput, options?: WriteOptions) =>
      json<WrittenGoal>(path("state", sessionId, "goals"), write("POST", goal, options)),
    updateGoal: (sessionId: string, goalId: string, patch: Record<string, unknown>, options?: WriteOptions) =>
      json<WrittenGoal>(path("state", sessionId, "goals", goalId), write("PATCH", patch, options)),
    spawnAgent: (sessionId: string, agent: AgentInput, options?: WriteOptions) =>
      json<WrittenAgent>(path("state", sessionId, "agents"), write("POST", agent, options)),
    completeAgent: (sessionId: string, agentId: string, result: Record<string, unknown> = {}, options?: WriteOptions) =>
      json<WrittenAgent>(path("state", sessionId, "agents", agentId, "complete"), write("POST", result, options)),
  };
}

function eventMethods({ url, json, send }: Requester) {
  async function* eventLines(sessionId: string, query: Omit<ListEvents, "limit"> & { signal?: AbortSignal } = {}) {
    const { signal, ...filter } = query;
    const headers = { accept: "application/x-ndjson" };
    const response = await send(path("sessions", sessionId, "events"), {
      query: filter,
      headers,
      signal,
      streamed: true,
    });
    try {
      for await (const line of linesOf(bodyOf(response))) {
        if (line !== "") yield line;
      }
    } catch (error) {
      throw error instanceof AppError ? error : unreachable(url, error, signal);
    }
  }
  return {
    /** A page of the merged log, in ascending order of seq. */
    listEvents: (sessionId: string, query: ListEvents = {}) =>
      json<SessionEvent[]>(path("sessions", sessionId, "events"), { query: { ...query } }),
    /** The whole log behind `after`, as it is read: one line of JSON per event, not parsed. */
    eventLines,
    /** The whole log behind `after`, as it is read. */
    async *streamEvents(sessionId: string, query?: Parameters<typeof eventLines>[1]): AsyncGenerator<SessionEvent> {
      for await (const line of eventLines(sessionId, query)) yield JSON.parse(line) as SessionEvent;
    },
    /** Many events of any type as NDJSON: all or nothing, one acknowledgement. */
    appendMany: (sessionId: string, events: readonly EventInput[]) =>
      json<WrittenBatch>(path("sessions", sessionId, "events"), {
        method: "POST",
        body: toNdjson(events),
        headers: { "content-type": "application/x-ndjson" },
      }),
  };
}

/** The body's chunks; not every browser iterates a ReadableStream by itself. */
async function* bodyOf({ body }: ResponseLike): AsyncGenerator<Uint8Array> {
  if (body === null) return;
  if (!("getReader" in body)) return yield* body;
  const reader = body.getReader();
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) yield chunk.value;
  } finally {
    await reader.cancel().catch(() => {});
  }
}

function queryMethods({ json }: Requester) {
  return {
    /** Metadata, newest activity first. */
    recent: (query: { limit?: number } = {}) => json<Metadata[]>(path("query", "recent"), { query }),
    active: (query: { limit?: number } = {}) => json<Metadata[]>(path("query", "active"), { query }),
    stats: () => json<Stats>(path("query", "stats")),
    search: (query: SearchInput) => json<SearchResults>(path("query", "search"), { query: { ...query } }),
    /** What was spent in the last days. */
    usage: (query: { days?: number; user?: string } = {}) => json<UsageReport>(path("query", "usage"), { query }),
    /** How tools did lately. */
    tools: () => json<ToolReport>(path("query", "tools")),
    health: () => json<Health>("/health"),
  };
}

function approvalMethods({ json }: Requester) {
  return {
    /** The permission requests that wait for a person, oldest first. */
    approvals: async (query: { session?: string } = {}): Promise<Approval[]> =>
      (await json<{ approvals: Approval[] }>(path("approvals"), { query })).approvals,
    /** Answers one. Throws `approval_closed` where somebody else did, or nobody in time. */
    decide: (approvalId: string, decision: "allow" | "deny", reason?: string) =>
      json<Decided>(path("approvals", approvalId), write("POST", { decision, reason })),
  };
}
