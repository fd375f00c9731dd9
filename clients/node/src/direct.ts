import { readProblem, reasonOf } from "./attempt.js";
import { RefusedError, UnreachableError } from "./errors.js";
import type { HttpAnswer, HttpCall, HttpClient } from "./http.js";
import { isObject, type JsonObject } from "./json.js";
import type { Resumed, SessionState } from "./types.js";

/** @throws UnreachableError, RefusedError; undefined where there is no such session */
async function ask(http: HttpClient, call: HttpCall): Promise<unknown> {
  const answer = await exchange(http, call);
  if (answer.status >= 200 && answer.status < 300) return parse(answer);
  const { code, message } = readProblem(answer.status, answer.text);
  if (answer.status === 404 && (code === "session_not_found" || code === undefined)) return undefined;
  throw new RefusedError(`the server refused ${call.method} ${call.path} (${answer.status}): ${message}`, {
    status: answer.status,
    ...(code === undefined ? {} : { serverCode: code }),
  });
}

async function exchange(http: HttpClient, call: HttpCall): Promise<HttpAnswer> {
  try {
    return await http.call(call);
  } catch (cause) {
    const message = `no answer to ${call.method} ${call.path} (${reasonOf(cause)}); check SESSION_SERVICE_URL and the server.`;
    throw new UnreachableError(message, { cause });
  }
}

function parse({ status, text }: HttpAnswer): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    const message = "the server's answer is not JSON; check that SESSION_SERVICE_URL is a claude-sessions server.";
    throw new RefusedError(message, { status, cause });
  }
}

export async function fetchState(http: HttpClient, sessionId: string): Promise<SessionState | undefined> {
  const state = await ask(http, { method: "GET", path: `/api/state/${sessionId}` });
  return isObject(state) ? (state as SessionState) : undefined;
}

/** Reads where the session is, and makes it active again where it was ended. */
export async function resumeSession(http: HttpClient, sessionId: string): Promise<Resumed | undefined> {
  const path = `/api/sessions/${sessionId}`;
  const session = await ask(http, { method: "GET", path: `${path}?limit=1` });
  if (!isObject(session)) return undefined;
  const { metadata, state, final } = session as unknown as Resumed;
  if (isObject(metadata) && metadata["status"] !== "active") await reopen(http, path);
  const events = await ask(http, { method: "GET", path: `${path}/events?limit=100` });
  return {
    metadata,
    state,
    goals: state?.goals ?? [],
    agents: state?.agents ?? [],
    final: final ?? null,
    events: Array.isArray(events) ? (events as JsonObject[]) : [],
  };
}

/** Another process may have been faster: then it is open, which is all that matters. */
async function reopen(http: HttpClient, path: string): Promise<void> {
  try {
    await ask(http, { method: "POST", path: `${path}/reopen` });
  } catch (error) {
    if (!(error instanceof RefusedError && error.serverCode === "not_finalized")) throw error;
  }
}

export async function sendHeartbeat(http: HttpClient, sessionId: string): Promise<void> {
  const call: HttpCall = {
    method: "POST",
    path: `/api/sessions/${sessionId}/heartbeat`,
    type: "application/json",
    body: "{}",
  };
  const answer = await exchange(http, call);
  if (answer.status >= 200 && answer.status < 300) return;
  const { code, message } = readProblem(answer.status, answer.text);
  throw new RefusedError(`the server refused a heartbeat (${answer.status}): ${message}`, {
    status: answer.status,
    ...(code === undefined ? {} : { serverCode: code }),
  });
}

export async function isHealthy(http: HttpClient): Promise<boolean> {
  try {
    const { status } = await http.call({ method: "GET", path: "/health" });
    return status >= 200 && status < 300;
  } catch {
    return false;
  }
}
