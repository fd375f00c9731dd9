import type { Logger } from "pino";
import type { NewEvent } from "../../core/event.js";
import type { JsonObject } from "../../core/json.js";
import type { Liveness as LivenessOf, Metadata } from "../../core/metadata.js";
import type { SessionStore } from "../../storage/session-store.js";
import { sessionNotFound } from "../../storage/store-errors.js";
import type { SetTimer } from "../hub/pacer.js";
import type { ProcessOf } from "./hook-report.js";
import type { Ingest, Known } from "./ingest.js";
import { isGone, watchable, type Processes } from "./liveness-process.js";
import { endAllAgents } from "./telling/agents.js";
import { closeCalls } from "./telling/calls.js";
import { processFields } from "./telling/liveness-patch.js";
import { beginTelling, change, type Telling } from "./telling/telling.js";
import { endWaits } from "./telling/waits.js";

/** Watches whether the agents of active sessions are still there. */
export interface LivenessWatch {
  /** The process of a report, where this machine can watch it. */
  processOf(report: { pid?: number; host?: string }): ProcessOf | undefined;
  /** The session's agent reports by itself: from now on it is watched. */
  watch(sessionId: string, process?: ProcessOf): void;
  /** Something came from a session; a sign of life where it is watched. */
  heard(sessionId: string): void;
  /**
   * The agent says that it is there. An event is stored only where that is news.
   *
   * @throws AppError `session_not_found`
   */
  beat(sessionId: string, report: { pid?: number; host?: string }): Promise<LivenessOf>;
  /** Looks after every session that is watched; sessions whose agent is gone become `lost`. */
  sweep(): Promise<void>;
  /** Takes up the sessions that were watched before, and sweeps from time to time. */
  start(): void;
  close(): Promise<void>;
}

interface LivenessOptions {
  store: SessionStore;
  ingest: Pick<Ingest, "take">;
  now: () => number;
  logger: Logger;
  processes: Processes;
  setTimer: SetTimer;
  /** Tags of the sessions whose agents report by themselves. */
  sources: readonly string[];
  limits?: Partial<LivenessLimits>;
}

/** Milliseconds. */
export interface LivenessLimits {
  sweep: number;
  /** Without a heartbeat, from an agent that sends them. */
  beat: number;
  /** Without a report, from an agent that is at work and sends no heartbeats. */
  silence: number;
}

const usualLimits: LivenessLimits = { sweep: 5_000, beat: 100_000, silence: 30 * 60_000 };
/** More than that are not watched at a time; the ones that were silent the longest are let go. */
const mostWatched = 20_000;
/** After a restart, so many thousands of the sessions that were active last are taken up. */
const mostPages = 20;

interface Watched {
  seenAt: number;
  beats: boolean;
  process: ProcessOf | undefined;
  /** When a silent session was found to have a reason to be. */
  excusedAt: number;
}

export function createLivenessWatch(options: LivenessOptions): LivenessWatch {
  return new Watcher(options);
}

class Watcher implements LivenessWatch {
  private readonly options: LivenessOptions;
  private readonly limits: LivenessLimits;
  private readonly watched = new Map<string, Watched>();
  private cancel = () => {};
  private stopListening = () => {};
  private closed = false;
  private running: Promise<void> = Promise.resolve();

  constructor(options: LivenessOptions) {
    this.options = options;
    this.limits = { ...usualLimits, ...options.limits };
  }

  processOf(report: { pid?: number; host?: string }): ProcessOf | undefined {
    return watchable(this.options.processes, report);
  }

  watch(sessionId: string, process?: ProcessOf): void {
    this.put(sessionId, process ? { process } : {});
  }

  heard(sessionId: string): void {
    if (this.watched.has(sessionId)) this.put(sessionId, {});
  }

  private put(sessionId: string, found: Partial<Watched>): void {
    const { watched } = this;
    const known = watched.get(sessionId);
    watched.delete(sessionId);
    watched.set(sessionId, {
      beats: false,
      process: undefined,
      excusedAt: 0,
      ...known,
      seenAt: this.options.now(),
      ...found,
    });
    if (watched.size > mostWatched) watched.delete(watched.keys().next().value!);
  }

  async beat(sessionId: string, report: { pid?: number; host?: string }): Promise<LivenessOf> {
    const { store } = this.options;
    const process = this.processOf(report);
    const session = await store.readSession(sessionId);
    if (!session) throw sessionNotFound(sessionId);
    const { status, liveness } = session.metadata;
    if (status !== "active") return liveness;
    this.put(sessionId, { beats: true, ...(process && { process }) });
    if (!isNews(liveness, process)) return liveness;
    await store.append(sessionId, (current) => heartbeatEvents(current?.metadata, process));
    return (await store.readSession(sessionId))?.metadata.liveness ?? liveness;
  }

  async sweep(): Promise<void> {
    for (const [sessionId, entry] of this.watched) {
      if (this.closed) return;
      try {
        await this.lookAfter(sessionId, entry);
      } catch (error) {
        this.options.logger.warn({ sessionId, err: error }, "a session could not be looked after; it is tried again");
      }
    }
  }

  private async lookAfter(sessionId: string, entry: Watched): Promise<void> {
    const { store, ingest, now, logger } = this.options;
    const reason = this.verdictOn(entry);
    if (reason === undefined) return;
    const metadata = (await store.readSession(sessionId))?.metadata;
    if (metadata?.status !== "active" || metadata.liveness.status === "lost") {
      this.watched.delete(sessionId);
      return;
    }
    if (maySayNothing(entry, metadata.liveness)) {
      entry.excusedAt = now();
      return;
    }
    const isSilent = () => this.watched.get(sessionId) === entry;
    const map = (known: Known) => (isSilent() ? loseSession(known, reason) : []);
    await ingest.take(sessionId, { source: "claude-sessions", map, unseen: true });
    if (isSilent()) this.watched.delete(sessionId);
    logger.info({ sessionId, reason }, "an agent is gone");
  }

  /** Why the agent must be gone; undefined where it need not be. */
  private verdictOn({ seenAt, beats, process, excusedAt }: Watched): string | undefined {
    const { now, processes } = this.options;
    if (process && isGone(processes, process)) return `Its process ${process.pid} is gone.`;
    const silent = Math.round((now() - seenAt) / 1000);
    const unexcused = now() - Math.max(seenAt, excusedAt);
    if (beats) return unexcused > this.limits.beat ? `No heartbeat for ${silent} s.` : undefined;
    return !process && unexcused > this.limits.silence ? `No report for ${silent} s.` : undefined;
  }

  start(): void {
    // Whatever is written to a session shows that somebody is at it, also what came past the hooks.
    this.stopListening = this.options.store.onCommit(({ heads }) => {
      for (const sessionId of heads.keys()) this.heard(sessionId);
    });
    this.running = this.takeUp()
      .catch((error: unknown) => this.options.logger.warn({ err: error }, "the sessions watched before are not known"))
      .finally(() => this.schedule());
  }

  private schedule(): void {
    if (this.closed) return;
    this.cancel = this.options.setTimer(() => {
      this.running = this.sweep().finally(() => this.schedule());
    }, this.limits.sweep);
  }

  /** Sessions that were active when the server ended: their agents have a whole period to be heard of. */
  private async takeUp(): Promise<void> {
    const { store, sources, processes } = this.options;
    let cursor: string | undefined;
    for (let pages = 0; pages < mostPages && !this.closed; pages++) {
      const page = await store.listSessions({ status: "active", limit: 1000, cursor });
      for (const metadata of page.sessions) {
        const isNew = isWatched(metadata, sources) && !this.watched.has(metadata.sessionId);
        if (isNew) this.put(metadata.sessionId, watchedBefore(metadata, processes));
      }
      if (page.next === null) return;
      cursor = page.next;
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    this.stopListening();
    this.cancel();
    await this.running;
  }
}

/** An agent that waits or has nothing to do reports nothing, unless it sends heartbeats. */
function maySayNothing({ beats, process }: Watched, { status }: LivenessOf): boolean {
  return !beats && !process && (status === "waiting" || status === "idle");
}

function isWatched({ liveness, tags }: Metadata, sources: readonly string[]): boolean {
  if (liveness.status === "lost") return false;
  return liveness["heartbeat"] === true || tags.some((tag) => sources.includes(tag));
}

function watchedBefore({ liveness }: Metadata, { host }: Processes): Partial<Watched> {
  const { pid, pidStarted, host: of } = liveness;
  const isHere = typeof pid === "number" && of === host;
  const process = isHere ? { pid, ...(typeof pidStarted === "string" && { started: pidStarted }) } : undefined;
  return { beats: liveness["heartbeat"] === true, process };
}

function isNews(liveness: LivenessOf, process: ProcessOf | undefined): boolean {
  if (liveness["heartbeat"] !== true || liveness.status === "lost") return true;
  return process !== undefined && liveness["pid"] !== process.pid;
}

function heartbeatEvents(metadata: Metadata | undefined, process: ProcessOf | undefined): NewEvent[] {
  if (metadata?.status !== "active" || !isNews(metadata.liveness, process)) return [];
  const liveness: JsonObject = { heartbeat: true, ...(process && processFields(process)) };
  if (metadata.liveness.status === "lost") Object.assign(liveness, { status: "running", reason: null });
  return [{ type: "metadata_updated", data: { liveness } }];
}

/** The agent is gone: so is all that it was at. */
function loseSession(known: Known, reason: string): NewEvent[] {
  const { session } = known;
  if (session?.metadata.status !== "active" || session.metadata.liveness.status === "lost") return [];
  const telling: Telling = beginTelling(known, { source: "claude-sessions" });
  closeCalls(telling, () => true, "lost", `The agent is gone. ${reason}`);
  endWaits(telling, () => true, "gone");
  endAllAgents(telling, `The agent is gone. ${reason}`);
  const past: JsonObject = session.metadata.liveness["pid"] === undefined ? {} : { pid: null, pidStarted: null };
  change(telling, "metadata_updated", { liveness: { status: "lost", reason, waitingFor: null, ...past } });
  return telling.events;
}
