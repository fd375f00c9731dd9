import { makeAction, sessionIds } from "../payload.js";
import { encodeRequest, openHttpConnection, type HttpAnswer, type HttpConnection } from "./http-connection.js";

export interface LoadOptions {
  port: number;
  requests: RequestKind;
  /** Requests under way at any time, each on a connection of its own. */
  inFlight: number;
  /** Ends after this many seconds, or after `count` requests where that comes first. */
  seconds: number;
  count?: number;
}

export type RequestKind =
  | { kind: "actions"; sessions: string[]; bytes: number }
  | { kind: "batches"; sessions: string[]; bytes: number; events: number }
  | { kind: "get"; paths: string[] }
  | { kind: "post"; path: string; bodies: string[] };

export interface LoadResult {
  /** Requests answered a second. */
  rate: number;
  count: number;
  p50Ms: number;
  p95Ms: number;
  p99Ms: number;
}

/** Runs a closed loop of requests; any answer that is not a success ends it with an error. */
export async function load({ port, requests, inFlight, seconds, count = Infinity }: LoadOptions): Promise<LoadResult> {
  const encoded = encodeAll(requests);
  const connections = await Promise.all(
    Array.from({ length: inFlight }, () => openHttpConnection(port, { keep: false })),
  );
  try {
    return await runLoop(connections, encoded, seconds * 1000, count);
  } finally {
    for (const connection of connections) connection.close();
  }
}

async function runLoop(
  connections: HttpConnection[],
  requests: Buffer[],
  limitMs: number,
  count: number,
): Promise<LoadResult> {
  const times: number[] = [];
  const started = performance.now();
  let next = 0;
  const loop = (connection: HttpConnection): Promise<void> =>
    new Promise((resolve, reject) => {
      const sendNext = (): void => {
        const sent = performance.now();
        if (sent - started >= limitMs || next >= count) return resolve();
        connection.send(requests[next++ % requests.length]!, (answer) => {
          if (!isSuccess(answer)) return reject(new Error(`The server answered ${answer.status}.`));
          times.push(performance.now() - sent);
          sendNext();
        });
      };
      sendNext();
    });
  await Promise.all(connections.map(loop));
  return summarise(times, performance.now() - started);
}

function isSuccess({ status }: HttpAnswer): boolean {
  return status >= 200 && status < 300;
}

export function summarise(times: number[], elapsedMs: number): LoadResult {
  const sorted = Float64Array.from(times).sort();
  const at = (rank: number): number =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * rank))] ?? Number.NaN;
  return {
    rate: (times.length / elapsedMs) * 1000,
    count: times.length,
    p50Ms: at(0.5),
    p95Ms: at(0.95),
    p99Ms: at(0.99),
  };
}

function encodeAll(requests: RequestKind): Buffer[] {
  switch (requests.kind) {
    case "actions":
      return requests.sessions.map((id, index) =>
        encodeRequest("POST", `/api/actions/${id}`, JSON.stringify(makeAction(index, requests.bytes))),
      );
    case "batches":
      return requests.sessions.map((id, index) =>
        encodeRequest("POST", `/api/sessions/${id}/events`, batch(index, requests), "application/x-ndjson"),
      );
    case "get":
      return requests.paths.map((path) => encodeRequest("GET", path));
    case "post":
      return requests.bodies.map((body) => encodeRequest("POST", requests.path, body));
  }
}

/** Lines of NDJSON as `POST /api/sessions/:id/events` takes them. */
export function batch(seed: number, { events, bytes }: { events: number; bytes: number }): string {
  const line = (index: number): string =>
    JSON.stringify({ type: "action", data: makeAction(seed * events + index, bytes) });
  return Array.from({ length: events }, (_, index) => `${line(index)}\n`).join("");
}

export function actionsOf(sessions: number): RequestKind {
  return { kind: "actions", sessions: sessionIds(sessions), bytes: 1024 };
}
