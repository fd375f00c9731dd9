import type { NewEvent } from "../../../core/event.js";
import { isJsonObject, type JsonObject } from "../../../core/json.js";
import type { SessionStore } from "../../../storage/session-store.js";
import type { Ingest } from "../ingest.js";
import { correctionOf as callCorrectionOf } from "../model-calls.js";
import { eventIdFor } from "../telling/input.js";

interface Deps {
  store: SessionStore;
  ingest: Ingest;
  price: (events: NewEvent[]) => Promise<NewEvent[]>;
}

interface Place {
  sessionId: string;
  source: string;
  /** Of the stored record that tells of the same. */
  seq: number;
}

const mostCorrections = 16;

/**
 * Corrects a stored record by a later one of the same thing, where that tells more. Each correction
 * takes the place of the one before, by number: of two that are made at the same time one is stored,
 * and the other is compared with it.
 */
export async function correct(deps: Deps, later: NewEvent, { sessionId, source, seq }: Place): Promise<void> {
  let at = seq;
  for (let count = 2; count <= mostCorrections; count++) {
    const stored = await readRecord(deps.store, sessionId, at);
    const correction = stored && correctionOf(stored, later.data);
    if (!correction) return;
    const [event] = await deps.price([{ ...later, eventId: numbered(later, count), data: correction }]);
    const { events } = await deps.ingest.take(sessionId, { source, map: () => [event!] });
    if (!events[0]?.duplicate) return;
    at = events[0].seq;
  }
}

function numbered({ data }: NewEvent, count: number): string {
  return data["type"] === "model_call"
    ? eventIdFor("model-call", `${String(data["callId"])}#${count}`)
    : eventIdFor("tool-result", `${String(data["toolCallId"])}#${count}`);
}

function correctionOf(stored: JsonObject, later: JsonObject): JsonObject | undefined {
  const { seq: _seq, timestamp, receivedAt: _receivedAt, eventId: _eventId, ...record } = stored;
  if (later["type"] !== record["type"]) return undefined;
  if (later["type"] === "model_call") return callCorrectionOf(record, later, String(timestamp));
  return later["type"] === "tool_result" ? resultCorrectionOf(record, later) : undefined;
}

/** Telemetry tells a result without what the tool gave, a span without its turn and the input; what is stored holds. */
function resultCorrectionOf(stored: JsonObject, later: JsonObject): JsonObject | undefined {
  const lacks = (key: string) => stored[key] === undefined && later[key] !== undefined;
  const isFuller = lacks("turn") || (lacks("result") && stored["status"] === later["status"]);
  return isFuller ? { ...later, ...stored } : undefined;
}

async function readRecord(store: SessionStore, sessionId: string, seq: number): Promise<JsonObject | undefined> {
  const { lines } = await store.readPage(sessionId, { of: "responses", after: seq - 1, limit: 1 });
  const record: unknown = lines.length === 0 ? undefined : JSON.parse(Buffer.from(lines).toString());
  return isJsonObject(record) && record["seq"] === seq ? record : undefined;
}
