import { Connection, within, type Queued } from "./connection.js";
import { fetchState, isHealthy, resumeSession, sendHeartbeat } from "./direct.js";
import { DeliveryTimeoutError, HookAgentError, NoSessionError } from "./errors.js";
import { checkAgent, checkEvent, checkGoal, checkId, checkObject, checkRecord, type EventType } from "./events.js";
import { HttpClient } from "./http.js";
import { isObject } from "./json.js";
import { readSettings, type HookAgentOptions, type Settings } from "./settings.js";
import { openAgentScope, openGoalScope, runScope, type AgentScope, type GoalScope } from "./scopes.js";
import type * as t from "./types.js";
import { Warnings } from "./warnings.js";

/** What a queued call answers with: `plain` at once, and with its `seq` where it waited. */
type Answer<T> = Promise<(T & t.Receipt) | undefined>;

/**
 * Tells a claude-sessions server what happens in this process. Calls put an event into a queue and
 * return; a sender in the background delivers it. Without `strict` no method ever throws or rejects,
 * and what is wrong is told once on stderr; with it they reject with a HookAgentError.
 */
export class HookAgent {
  private readonly options: HookAgentOptions;
  private readonly warnings: Warnings;
  private known: Settings | undefined;
  private connection: Connection | undefined;
  private closing: Promise<void> | undefined;

  constructor(options: HookAgentOptions = {}) {
    this.options = options;
    this.warnings = new Warnings(options.onWarning);
  }

  /** Something the agent did. */
  logAction(record: t.RecordInput, options?: t.CallOptions): Answer<t.Receipt> {
    return this.queued("action", record, options, () => ({ data: checkRecord(record, "logAction") }));
  }

  /** Something that came back: a result, a message, an answer of a model. */
  logResponse(record: t.RecordInput, options?: t.CallOptions): Answer<t.Receipt> {
    return this.queued("response", record, options, () => ({ data: checkRecord(record, "logResponse") }));
  }

  /** Any event as it is, for what the other methods have no word for: `{type: "metadata_updated", data: {…}}`. */
  logEvent(event: t.EventInput, options?: t.CallOptions): Answer<t.Receipt> {
    const type = event?.type ?? "action";
    return this.queued(type, event, options, () => ({ data: checkEvent(event).data }));
  }

  /** A JSON merge patch of the session's state (RFC 7396): null removes a key. */
  updateState(patch: Record<string, unknown>, options?: t.CallOptions): Answer<t.Receipt> {
    return this.queued("state_updated", patch, options, () => ({ data: checkObject(patch, "updateState") }));
  }

  /** @returns the goal, with its `goalId` */
  addGoal(goal: string | t.GoalInput, options?: t.CallOptions): Answer<t.GoalRecord> {
    return this.queued("goal_added", goal, options, () => checkGoal(goal), asGoal);
  }

  updateGoal(goalId: string, patch: t.GoalStatus | t.GoalPatch, options?: t.CallOptions): Answer<t.Receipt> {
    const given = typeof patch === "string" ? { status: patch } : patch;
    return this.queued("goal_updated", { ...given, goalId }, options, () => ({
      data: { ...checkObject(given, "updateGoal"), goalId: checkId(goalId, "updateGoal") },
    }));
  }

  /** @returns the agent, with its `agentId` */
  spawnAgent(agent: string | t.AgentInput, options?: t.CallOptions): Answer<t.AgentRecord> {
    return this.queued("agent_spawned", agent, options, () => checkAgent(agent), asAgent);
  }

  completeAgent(agentId: string, result?: string | t.AgentResult, options?: t.CallOptions): Answer<t.Receipt> {
    const given = isObject(result) ? result : result === undefined || result === null ? {} : { result };
    return this.queued("agent_completed", { ...given, agentId }, options, () => ({
      data: { ...given, agentId: checkId(agentId, "completeAgent") },
    }));
  }

  /** Creates the session, or goes on in it. Undefined where the server does not answer in time; it is told later. */
  async start(fields: t.SessionStart = {}): Promise<t.Started | undefined> {
    return this.guarded(async (connection) => {
      const queued = connection.enqueue("session_created", fields, () => ({ data: fields }));
      const outcome = await this.outcomeOf(connection, queued);
      if (outcome === undefined) return undefined;
      const { seq, resumed } = outcome;
      return { sessionId: connection.sessionId, resumed, ...(seq === undefined ? {} : { seq }) };
    });
  }

  /** Ends the session, and waits at most `closeTimeoutMs` until everything is stored. */
  async finalizeSession(end: t.SessionEnd["status"] | t.SessionEnd = {}): Promise<t.Receipt | undefined> {
    const data = typeof end === "string" ? { status: end } : end;
    return this.guarded(async (connection) => {
      const queued = connection.enqueue("session_finalized", data, () => ({ data: data ?? {} }));
      const outcome = await this.outcomeOf(connection, queued, this.settings.closeTimeoutMs);
      return { eventId: queued.event.eventId, ...(outcome?.seq === undefined ? {} : { seq: outcome.seq }) };
    });
  }

  /** The session's state as it is once all that was queued is stored; undefined where there is no such session. */
  async getState(): Promise<t.SessionState | undefined> {
    return this.guarded(async (connection) => {
      await connection.flush(this.settings.requestTimeoutMs);
      return this.held(fetchState(connection.http, connection.sessionId));
    });
  }

  /** Where the session is, to go on there; one that was ended is made active again. Undefined where there is none. */
  async resume(): Promise<t.Resumed | undefined> {
    return this.guarded(async (connection) => {
      await connection.flush(this.settings.requestTimeoutMs);
      return this.held(resumeSession(connection.http, connection.sessionId));
    });
  }

  /** Says now that the process lives; true where the server took it. */
  async heartbeat(): Promise<boolean | undefined> {
    return this.guarded(async (connection) => {
      await this.held(sendHeartbeat(connection.http, connection.sessionId));
      return true;
    });
  }

  /** Whether the server answers; never rejects, and needs no session. */
  async testConnection(): Promise<boolean> {
    const { url, requestTimeoutMs } = this.settings;
    const http = new HttpClient(url, requestTimeoutMs);
    try {
      return await this.held(isHealthy(http));
    } finally {
      http.close();
    }
  }

  /** True once all that is queued by now is stored or refused; false where that takes longer. Default `closeTimeoutMs`. */
  async flush(timeout?: number | { timeoutMs?: number }): Promise<boolean> {
    const given = typeof timeout === "number" ? timeout : timeout?.timeoutMs;
    if (this.closing || this.settings.sessionId === undefined) return true;
    const flushed = await this.guarded(async (connection) => {
      if (await connection.flush(given ?? this.settings.closeTimeoutMs)) return true;
      if (this.settings.strict) throw notInTime();
      return false;
    });
    return flushed ?? false;
  }

  /** Sends what it can within `closeTimeoutMs`, and ends the agent; calls after it do nothing. Never rejects. */
  close(): Promise<void> {
    this.closing ??= this.connection?.close(this.settings.closeTimeoutMs).catch(() => undefined) ?? Promise.resolve();
    return this.closing;
  }

  /**
   * A goal for as long as something runs: completed when `work` resolves, failed when it throws
   * (which is passed on). Without `work`: a scope for `await using`, completed at its end.
   */
  goal(goal: string | t.GoalInput): Promise<GoalScope>;
  goal<T>(goal: string | t.GoalInput, work: (scope: GoalScope) => T | Promise<T>): Promise<T>;
  async goal<T>(goal: string | t.GoalInput, work?: (scope: GoalScope) => T | Promise<T>): Promise<T | GoalScope> {
    const scope = await openGoalScope(this, goal);
    return work ? runScope(scope, work) : scope;
  }

  /** As {@link goal}, for an agent; what is logged through the scope is the agent's. */
  agent(agent: string | t.AgentInput): Promise<AgentScope>;
  agent<T>(agent: string | t.AgentInput, work: (scope: AgentScope) => T | Promise<T>): Promise<T>;
  async agent<T>(agent: string | t.AgentInput, work?: (scope: AgentScope) => T | Promise<T>): Promise<T | AgentScope> {
    const scope = await openAgentScope(this, agent);
    return work ? runScope(scope, work) : scope;
  }

  private async queued<T extends t.Receipt>(
    type: EventType,
    input: unknown,
    options: t.CallOptions | undefined,
    make: () => { data: unknown; ownId?: string | undefined },
    asRecord: (data: Record<string, unknown>) => object = () => ({}),
  ): Promise<T | undefined> {
    return this.guarded(async (connection) => {
      const queued = connection.enqueue(type, input, make);
      const answer = { ...asRecord(queued.data), eventId: queued.event.eventId } as T;
      if (!options?.wait) return answer;
      const outcome = await this.outcomeOf(connection, queued);
      if (outcome === undefined) return answer;
      return outcome.seq === undefined ? answer : { ...answer, seq: outcome.seq };
    });
  }

  /** Undefined where it is not known in time. @throws HookAgentError where the event will never be stored */
  private async outcomeOf(connection: Connection, { outcome }: Queued, timeoutMs = this.settings.requestTimeoutMs) {
    void connection.flush(timeoutMs);
    if (!(await within(timeoutMs, outcome))) {
      if (this.settings.strict) throw notInTime();
      return undefined;
    }
    const settled = await outcome;
    if (settled.kind === "refused") throw settled.error;
    if (settled.kind === "dropped") throw new HookAgentError("dropped", "the event was dropped: too many wait.");
    return settled;
  }

  /** Keeps the process alive until it is answered; requests have a time limit of their own. */
  private async held<T>(work: Promise<T>): Promise<T> {
    await within(
      this.settings.requestTimeoutMs * 4,
      work.catch(() => undefined),
    );
    return work;
  }

  /** Runs one call on the connection, and keeps from the caller what goes wrong in it, unless he wants to know. */
  private async guarded<T>(work: (connection: Connection) => Promise<T>): Promise<T | undefined> {
    try {
      const connection = this.connect();
      return connection && (await work(connection));
    } catch (cause) {
      const error = cause instanceof HookAgentError ? cause : internalError(cause);
      if (this.settingsOrNone?.strict ?? this.options.strict) throw error;
      this.warnings.tell(error.code, error.message);
      return undefined;
    }
  }

  /** @throws NoSessionError; undefined once it is closed */
  private connect(): Connection | undefined {
    if (this.closing) return undefined;
    const { sessionId, problem } = this.settings;
    if (sessionId === undefined) throw new NoSessionError(problem!);
    this.connection ??= new Connection(sessionId, this.settings, this.warnings);
    return this.connection;
  }

  /** Read at the first call: a program may set its environment after it imports this. */
  private get settings(): Settings {
    this.known ??= readSettings(this.options);
    return this.known;
  }

  private get settingsOrNone(): Settings | undefined {
    return this.known;
  }
}

function asGoal(data: Record<string, unknown>): object {
  return { ...data, status: data["status"] ?? "pending" };
}

function asAgent(data: Record<string, unknown>): object {
  return { ...data, status: "active" };
}

function notInTime(): DeliveryTimeoutError {
  return new DeliveryTimeoutError("the server has not acknowledged the event in time; it stays queued.");
}

function internalError(cause: unknown): HookAgentError {
  return new HookAgentError("internal", `an event could not be recorded (${String(cause)}).`, { cause });
}
