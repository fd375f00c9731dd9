import type { LiveEvent } from "./types.js";

/*
 * What a subscription has seen, so that a reconnection asks for exactly the rest. Of one session
 * the place is its last seq; of many it is the cursor, and the last seqs of the sessions seen
 * lately tell repeats and gaps apart.
 */

const trackedSessions = 10_000;

type Verdict = "deliver" | "repeat" | "gap";

export interface ResumePoint {
  /** Takes the server's greeting; true where the session's log was replaced by a shorter one meanwhile. */
  connected(greeting: { head?: unknown; cursor?: unknown }): boolean;
  /** Judges an event; one that is to be delivered moves the point. */
  accept(event: LiveEvent): Verdict;
  /** The query parameters that ask for everything behind the point. */
  query(): { after?: number; cursor?: string };
}

export function createResumePoint(options: { session?: string; after?: number; cursor?: string }): ResumePoint {
  return options.session === undefined ? feedPoint(options.cursor) : sessionPoint(options.after);
}

function sessionPoint(after: number | undefined): ResumePoint {
  let last = after;
  let received = false;
  const gaps = createGapJudge();
  return {
    connected({ head }) {
      if (typeof head !== "number") return false;
      last ??= head;
      const replaced = received && head < last;
      if (replaced) last = 0;
      received &&= !replaced;
      return replaced;
    },
    accept(event) {
      if (event.type === "session_deleted") {
        last = 0;
        return "deliver";
      }
      const verdict = gaps.judge(event.sessionId, last, event.seq);
      if (verdict === "deliver") {
        last = event.seq;
        received = true;
      }
      return verdict;
    },
    query: () => (last === undefined ? {} : { after: last }),
  };
}

function feedPoint(start: string | undefined): ResumePoint {
  let cursor = start;
  const seqs = new Map<string, number>();
  const gaps = createGapJudge();

  function remember(sessionId: string, seq: number): void {
    seqs.delete(sessionId);
    seqs.set(sessionId, seq);
    if (seqs.size > trackedSessions) seqs.delete(seqs.keys().next().value!);
  }

  return {
    connected(greeting) {
      if (typeof greeting.cursor === "string") cursor ??= greeting.cursor;
      return false;
    },
    accept(event) {
      const verdict =
        event.type === "session_deleted"
          ? "deliver"
          : gaps.judge(event.sessionId, seqs.get(event.sessionId), event.seq);
      if (verdict === "gap") return verdict;
      if (event.type === "session_deleted") seqs.delete(event.sessionId);
      else if (verdict === "deliver") remember(event.sessionId, event.seq);
      cursor = event.cursor ?? cursor;
      return verdict;
    },
    query: () => (cursor === undefined ? {} : { cursor }),
  };
}

/** A gap that is still there after asking again is the log's own (a filter's, a repaired log's): it is let through. */
function createGapJudge() {
  let asked = "";
  return {
    judge(sessionId: string, last: number | undefined, seq: number): Verdict {
      if (last !== undefined && seq <= last) return "repeat";
      if (last === undefined || seq === last + 1) return "deliver";
      const gap = `${sessionId} ${last} ${seq}`;
      if (gap === asked) return "deliver";
      asked = gap;
      return "gap";
    },
  };
}
