import type { SessionEvent } from "../core/event.js";
import type { State } from "../core/state.js";
import type { SessionSummary } from "./session-list-types.js";
import { givenTitle, readFirstPrompt } from "./session-title.js";
import type { ViewSource } from "./source.js";
import { StateSummary } from "./summary.js";

export interface SummaryReading {
  state: State;
  /** The first thing that a person asked of the session, where that is to be shown. */
  prompt: string | null;
}

interface Reading {
  /** What came live while the state was read. */
  events: SessionEvent[];
}

const remembered = 500;
const atOnce = 4;

/**
 * What rows show of the sessions' states: read for those that are looked at, one time each, and kept
 * up with what comes live. Bounded, whatever the number of sessions.
 */
export class Summaries {
  private readonly read: (sessionId: string) => Promise<SummaryReading>;
  private readonly changed: (sessionId: string) => void;
  private readonly known = new Map<string, StateSummary>();
  private readonly reading = new Map<string, Reading>();
  /** Could not be read: not asked for again with each frame. */
  private readonly failed = new Set<string>();
  private queue: string[] = [];

  constructor(read: (sessionId: string) => Promise<SummaryReading>, changed: (sessionId: string) => void) {
    this.read = read;
    this.changed = changed;
  }

  get(sessionId: string): SessionSummary | null {
    return this.known.get(sessionId)?.summary ?? null;
  }

  /** These are looked at now; what was waited for before and is no longer seen is not read. */
  want(sessionIds: readonly string[]): void {
    for (const id of sessionIds) {
      const summary = this.known.get(id);
      if (!summary) continue;
      this.known.delete(id);
      this.known.set(id, summary);
    }
    this.queue = sessionIds.filter((id) => !this.known.has(id) && !this.reading.has(id) && !this.failed.has(id));
    this.work();
  }

  /** Takes an event of any session. */
  take(event: SessionEvent): void {
    this.reading.get(event.sessionId)?.events.push(event);
    this.known.get(event.sessionId)?.take(event);
  }

  /** What is known of a session is no longer true: it was deleted, or events were missed. */
  forget(sessionId: string): void {
    this.known.delete(sessionId);
    this.reading.delete(sessionId);
  }

  /** What could not be read may be by now. */
  retry(): void {
    this.failed.clear();
  }

  clear(): void {
    this.known.clear();
    this.reading.clear();
    this.queue = [];
    this.retry();
  }

  private work(): void {
    while (this.reading.size < atOnce) {
      const sessionId = this.queue.shift();
      if (sessionId === undefined) return;
      void this.load(sessionId);
    }
  }

  private async load(sessionId: string): Promise<void> {
    const reading: Reading = { events: [] };
    this.reading.set(sessionId, reading);
    const read = await this.read(sessionId).catch(() => undefined);
    if (this.reading.get(sessionId) !== reading) return this.work();
    this.reading.delete(sessionId);
    if (read) {
      const summary = new StateSummary(read.state, read.prompt);
      for (const event of reading.events) summary.take(event);
      this.known.set(sessionId, summary);
      if (this.known.size > remembered) this.known.delete(this.known.keys().next().value!);
      this.changed(sessionId);
    } else this.failed.add(sessionId);
    this.work();
  }
}

/** Of a session that has no title its first prompt is read as well. */
export async function readSummary(source: ViewSource, sessionId: string): Promise<SummaryReading> {
  const { state, metadata } = await source.session(sessionId);
  const prompt = givenTitle(metadata) === null ? await readFirstPrompt(source, sessionId) : null;
  return { state, prompt };
}
