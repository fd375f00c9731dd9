import type { ListSessions } from "../client/types.js";
import type { SessionEvent } from "../core/event.js";
import type { Metadata } from "../core/metadata.js";
import { pause } from "./keep-trying.js";
import type { ViewClock } from "./observable.js";
import type { SessionTable } from "./session-table.js";
import type { ViewSource } from "./source.js";

export interface MissingSessionsOptions {
  source: Pick<ViewSource, "listSessions">;
  clock: ViewClock;
  table: SessionTable;
  changed(): void;
}

const topSize = 200;
const mostRows = 1_000;
/** Of active sessions so many pages are looked through for those that wait: others are found as they move. */
const mostWaitingPages = 5;
const everyMs = 1_000;
const mostTries = 3;

/** Reads rows out of their turn: those of sessions that something happens in, and those that wait for a person. */
export class MissingSessions {
  private readonly options: MissingSessionsOptions;
  private readonly stop = new AbortController();
  /** With the seq that a row must hold to be of use. */
  private readonly wanted = new Map<string, number>();
  private searching = false;

  constructor(options: MissingSessionsOptions) {
    this.options = options;
  }

  /** The event is of a session that is not in the table, or before it events were missed. */
  find({ sessionId, seq }: SessionEvent): void {
    this.wanted.set(sessionId, seq);
    if (!this.searching) void this.search();
  }

  /** The sessions that moved last: what happened just before listening began. */
  async readTop(): Promise<void> {
    await this.put({ limit: topSize }, () => true);
  }

  /** Who waits for a person is wanted first, however long ago it began to wait. */
  async readWaiting(): Promise<void> {
    for (let pages = 0, cursor: string | undefined; pages < mostWaitingPages; pages++) {
      const next = await this.put({ limit: mostRows, status: "active", cursor }, isWaiting);
      if (next === null || this.stop.signal.aborted) return;
      cursor = next;
    }
  }

  close(): void {
    this.stop.abort();
  }

  /** What something just happened in stands at the top of the listing: a page of it has them all. */
  private async search(): Promise<void> {
    this.searching = true;
    for (let tries = 0; this.wanted.size > 0 && tries < mostTries && !this.stop.signal.aborted; tries++) {
      await this.put({ limit: Math.min(mostRows, this.wanted.size + 50) }, ({ sessionId, eventCount }) => {
        const seq = this.wanted.get(sessionId);
        if (seq === undefined || eventCount < seq) return false;
        return this.wanted.delete(sessionId);
      });
      await pause(this.options.clock, everyMs, this.stop.signal);
    }
    // What was not found is looked for again when something else happens in it.
    this.wanted.clear();
    this.searching = false;
  }

  /** @returns where the next page begins; null behind the last, or where it could not be read */
  private async put(query: ListSessions, wants: (metadata: Metadata) => boolean): Promise<string | null> {
    const { source, table, changed } = this.options;
    const page = await source.listSessions(query).catch(() => null);
    for (const metadata of page?.sessions ?? []) if (wants(metadata)) table.put(metadata);
    changed();
    return page?.next ?? null;
  }
}

function isWaiting({ liveness }: Metadata): boolean {
  return liveness.status === "waiting";
}
