import type { JsonObject } from "../../../core/json.js";
import type { NewEvent } from "../../../core/event.js";
import { sessionNotFound } from "../../../storage/store-errors.js";
import type { TranscriptDeps } from "./deps.js";
import { createIndexes, isFullResult, isTold, recordOf, type TranscriptIndex } from "./log-index.js";
import { settleTranscript } from "./settle.js";
import { reconcile } from "./reconcile.js";
import type { TranscriptEvent } from "./stream.js";
import { standingEvents } from "./standing.js";
import type { Standing } from "./transcript.js";
import type { Known } from "../ingest.js";
import { correctionOf } from "../model-calls.js";
import { correct } from "../otlp/correct.js";
import { price } from "../cost.js";

export interface TakenTranscript {
  /** Events that are stored now. */
  stored: number;
  /** Events that tell what the session knew. */
  known: number;
  /** The session's agent is at work, as far as anybody knows. */
  running: boolean;
}

const source = "claude-code";

type Take = (
  sessionId: string,
  told: readonly TranscriptEvent[],
  standing?: Omit<Standing, "events"> & { events?: readonly TranscriptEvent[] },
) => Promise<TakenTranscript>;

/**
 * Stores what a transcript tells of a session and resolves once it is durable: what the session knows
 * is not stored again, and a record that this tells more of is corrected.
 */
export function createTranscriptTaker(deps: TranscriptDeps): Take {
  const upToDate = createIndexes(deps.store);

  /** Maps on the session and on the index of its whole log, both as of the same event. */
  async function append(sessionId: string, map: (known: Known, index: TranscriptIndex) => NewEvent[]): Promise<number> {
    for (let attempt = 1; ; attempt++) {
      const index = await upToDate(sessionId);
      try {
        const { events } = await deps.ingest.take(sessionId, {
          source,
          map: (known) => {
            if (!known.session && !deps.implicitSessions) throw sessionNotFound(sessionId);
            if (attempt < mostAttempts && (known.session?.state.seq ?? 0) !== index.seq) throw new Behind();
            return map(known, index);
          },
        });
        return events.filter(({ duplicate }) => !duplicate).length;
      } catch (error) {
        if (!(error instanceof Behind)) throw error;
      }
    }
  }

  async function takeEvents(sessionId: string, told: readonly TranscriptEvent[]): Promise<number> {
    const before = await upToDate(sessionId);
    const again = told.filter((event) => isTold(before, event.eventId));
    let stored = await append(sessionId, (known, index) => settleTranscript(known, index, told, deps.redact));
    for (const event of again) stored += await fillIn(sessionId, event);
    return stored;
  }

  /** Where a stored record lacks what the transcript tells, a correction follows it. */
  async function fillIn(sessionId: string, event: TranscriptEvent): Promise<number> {
    const index = await upToDate(sessionId);
    const seq = index.seqs.get(event.eventId);
    if (event.type !== "response" || seq === undefined || !isFuller(index, event.data)) return 0;
    const { nth: _nth, ...later } = event;
    await correct({ ...deps, price }, later, { sessionId, source, seq });
    return (await upToDate(sessionId)).seq - index.seq;
  }

  return async (sessionId, told, standing) => {
    let stored = 0;
    for (const part of inParts(told, await upToDate(sessionId)))
      stored += await takeEvents(sessionId, await price(part));
    if (standing === undefined) return { stored, known: Math.max(0, told.length - stored), running: false };
    if (standing.events?.length) stored += await takeEvents(sessionId, standing.events);
    if (standing.usage)
      stored += await reconcile(deps, await upToDate(sessionId), sessionId, { ...standing, usage: standing.usage });
    stored += await append(sessionId, (known, index) => standingEvents(known, index, standing, deps.now()));
    const session = await deps.store.readSession(sessionId);
    const running = session?.metadata.status === "active" && session.metadata.liveness.status === "running";
    return { stored, known: Math.max(0, told.length - stored), running };
  };
}

class Behind extends Error {}
const mostAttempts = 5;

function isFuller(index: TranscriptIndex, data: JsonObject): boolean {
  if (data["type"] === "tool_result") return data["presumed"] !== true && !isFullResult(index, data);
  if (data["type"] !== "model_call") return false;
  const call = index.calls.get(String(data["callId"]));
  const record = recordOf(call);
  return call !== undefined && record !== undefined && correctionOf(record, data, call.at) !== undefined;
}

/**
 * A record that comes again with more corrects the first one, which must be stored by then; its
 * correction follows at once, so that the order does not depend on what came together.
 */
function inParts(told: readonly TranscriptEvent[], index: TranscriptIndex): TranscriptEvent[][] {
  const parts: TranscriptEvent[][] = [[]];
  const calls = new Set<string>();
  for (const event of told) {
    const isKnown = isTold(index, event.eventId) && event.type === "response" && isFuller(index, event.data);
    if (isKnown || calls.has(event.eventId)) parts.push([event], []);
    else parts.at(-1)!.push(event);
    if (event.data["type"] === "model_call") calls.add(event.eventId);
  }
  return parts.filter((part) => part.length > 0);
}
