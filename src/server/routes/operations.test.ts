import { Writable } from "node:stream";
import pino from "pino";
import { expect, test } from "vitest";
import { createMemoryStore } from "../../storage/memory/memory-store.js";
import { createMetrics } from "../metrics.js";
import { openSocket } from "../testing/live.js";
import { startTestServer } from "../testing/test-server.js";

function logLines(level = "info") {
  const lines: Record<string, unknown>[] = [];
  const sink = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(String(chunk)) as Record<string, unknown>);
      done();
    },
  });
  return { lines, logger: pino({ level }, sink) };
}

test("health answers with what scripts read", async () => {
  await using server = await startTestServer();
  const { status, body } = await server.call("GET", "/health");
  expect(status).toBe(200);
  expect(body).toMatchObject({
    status: "ok",
    version: "0.0.0-test",
    uptime: expect.any(Number),
    websocket: { totalConnections: 0, users: 0, sessions: 0 },
    storage: "memory",
    writable: true,
  });
});

test("ready says whether writes are taken, health goes on", async () => {
  const store = createMemoryStore();
  await using server = await startTestServer({ store });
  expect((await server.call("GET", "/ready")).body).toEqual({ ready: true });
  const { status } = store;
  store.status = () => ({ ...status.call(store), writable: false, reason: "the disk is full" });
  const refused = await server.call("GET", "/ready");
  expect([refused.status, refused.body.code, refused.headers["retry-after"]]).toEqual([
    503,
    "storage_unavailable",
    "2",
  ]);
  expect(refused.body.detail).toContain("the disk is full");
  expect((await server.call("GET", "/health")).status).toBe(200);
});

test("a failing medium is a 503 that says when to come back", async () => {
  const store = createMemoryStore();
  const { storageUnavailable } = await import("../../storage/store-errors.js");
  store.append = () => Promise.reject(storageUnavailable("no space left"));
  await using server = await startTestServer({ store });
  const { status, headers, body } = await server.call("POST", "/api/actions/s1", { type: "a" });
  expect([status, headers["retry-after"], body.code]).toEqual([503, "2", "storage_unavailable"]);
});

test("metrics count requests by route, storage, sockets and sessions", async () => {
  const metrics = createMetrics({ process: false });
  await using server = await startTestServer({ metrics });
  metrics.storage.appended(0.002);
  metrics.storage.committed({ events: 12, bytes: 3456, fsyncSeconds: 0.0004 });
  await server.call("POST", "/api/actions/s1", { type: "a" });
  await server.call("POST", "/api/actions/s2", { type: "a" });
  await server.call("GET", "/api/sessions/none");
  using socket = await openSocket(server.port, "?session=s1");
  await socket.next();
  const { text, headers } = await server.call("GET", "/metrics");
  expect(headers["content-type"]).toContain("text/plain");
  for (const line of [
    'claude_sessions_http_request_duration_seconds_count{method="POST",route="/api/actions/{id}",status="201"} 2',
    'claude_sessions_http_request_duration_seconds_count{method="GET",route="/api/sessions/{id}",status="404"} 1',
    "claude_sessions_append_duration_seconds_count 1",
    "claude_sessions_fsync_duration_seconds_sum 0.0004",
    "claude_sessions_commit_group_events_sum 12",
    "claude_sessions_commit_bytes_total 3456",
    "claude_sessions_journal_bytes 0",
    "claude_sessions_index_lag_events 0",
    "claude_sessions_subscriber_lag_events 0",
    'claude_sessions_sockets{kind="ws"} 1',
    'claude_sessions_sessions{status="active"} 2',
  ]) {
    expect(text).toContain(`${line}\n`);
  }
});

test("metrics of the process come along where they are wanted", async () => {
  const { text } = await createMetrics().render();
  expect(text).toContain("process_resident_memory_bytes");
});

test("logs one line a request, its level by the status, and no body or query", async () => {
  const { lines, logger } = logLines();
  await using server = await startTestServer({ logger });
  await server.call("POST", "/api/actions/s1?x=hidden", { type: "a", secret: "hidden" });
  await server.call("POST", "/api/actions/s1", "hidden {");
  await server.call("GET", "/health");
  expect(lines).toMatchObject([
    { level: 30, method: "POST", path: "/api/actions/s1", status: 201, ms: expect.any(Number) },
    { level: 40, method: "POST", path: "/api/actions/s1", status: 400, code: "invalid_json" },
  ]);
  expect(JSON.stringify(lines[0])).not.toContain("hidden");
});

test("the detail of an unknown error is in the log", async () => {
  const { lines, logger } = logLines();
  const store = createMemoryStore();
  store.stats = () => Promise.reject(new Error("the detail"));
  await using server = await startTestServer({ store, logger });
  await server.call("GET", "/api/query/stats");
  expect(lines).toMatchObject([
    { level: 50, status: 500, code: "internal", err: { message: "the detail", stack: expect.any(String) } },
  ]);
});
