import type { HttpAnswer, HttpClient } from "./http.js";
import { isObject, parseObject, type JsonObject } from "./json.js";
import type { Entry } from "./queue.js";

/** What a server said to one batch. */
export type Attempt =
  | { kind: "stored"; seqs: (number | undefined)[]; resumed: boolean }
  /** It may work another time; `afterMs` is what the server asks to wait. */
  | { kind: "again"; reason: string; afterMs: number }
  /** Not these, ever; `split` where one of several may be at fault. */
  | { kind: "refused"; status: number; code: string | undefined; message: string; split: boolean };

const mayBeOneOfThem = new Set([400, 409, 413, 422]);

/** Sends a batch, or the one event that begins a session. Never throws. */
export async function attemptBatch(http: HttpClient, sessionId: string, batch: readonly Entry[]): Promise<Attempt> {
  const creates = batch[0]!.type === "session_created";
  try {
    const answer = await http.call(creates ? createCall(sessionId, batch[0]!) : eventsCall(sessionId, batch));
    return readAnswer(answer, batch.length);
  } catch (error) {
    return { kind: "again", reason: reasonOf(error), afterMs: 0 };
  }
}

function eventsCall(sessionId: string, batch: readonly Entry[]) {
  const body = batch.map(({ line }) => line).join("");
  return { method: "POST", path: `/api/sessions/${sessionId}/events`, type: "application/x-ndjson", body };
}

function createCall(sessionId: string, { line, eventId, timestamp }: Entry) {
  const data = (parseObject(line)?.["data"] ?? {}) as JsonObject;
  const body = JSON.stringify({ sessionId, ...data, eventId, timestamp });
  return { method: "POST", path: "/api/sessions?ifExists=resume", type: "application/json", body };
}

function readAnswer({ status, text, retryAfterMs }: HttpAnswer, size: number): Attempt {
  if (status >= 200 && status < 300) return stored(parseObject(text), size);
  const { code, message } = readProblem(status, text);
  if (status === 408 || status === 429 || status >= 500) {
    return { kind: "again", reason: `it answered ${status}: ${message}`, afterMs: retryAfterMs };
  }
  return { kind: "refused", status, code, message, split: size > 1 && mayBeOneOfThem.has(status) };
}

function stored(body: JsonObject | undefined, size: number): Attempt {
  const events = body?.["events"];
  const places: unknown[] = Array.isArray(events) ? events : [body];
  const seqs = Array.from({ length: size }, (_, i) => seqOf(places[i]));
  return { kind: "stored", seqs, resumed: body?.["resumed"] === true };
}

function seqOf(value: unknown): number | undefined {
  return isObject(value) && typeof value["seq"] === "number" ? value["seq"] : undefined;
}

/** What a refusal says; servers of other kinds say less. */
export function readProblem(status: number, text: string): { code: string | undefined; message: string } {
  const { code, detail, error } = parseObject(text) ?? {};
  const said = [detail, error].find((each) => typeof each === "string" && each !== "");
  return {
    code: typeof code === "string" ? code : undefined,
    message: String(said ?? `status ${status}, and no reason`),
  };
}

const reasons: Record<string, string> = {
  ECONNREFUSED: "connection refused",
  ENOTFOUND: "unknown host",
  EAI_AGAIN: "unknown host",
  ECONNRESET: "connection lost",
  EPIPE: "connection lost",
  ETIMEDOUT: "timed out",
  EHOSTUNREACH: "host unreachable",
  ENETUNREACH: "network unreachable",
};

/** Why there was no answer, in a few words. */
export function reasonOf(error: unknown): string {
  const { code, message, errors } = error as NodeJS.ErrnoException & { errors?: NodeJS.ErrnoException[] };
  const known = code ?? errors?.find((each) => each.code !== undefined)?.code ?? "";
  return reasons[known] ?? (message || known || "no connection");
}
