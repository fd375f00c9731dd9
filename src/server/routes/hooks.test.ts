import { Writable } from "node:stream";
import { setImmediate as turn } from "node:timers/promises";
import pino from "pino";
import { expect, test, vi } from "vitest";
import { AppError } from "../../core/errors.js";
import { createMemoryStore } from "../../storage/memory/memory-store.js";
import type { SessionStore } from "../../storage/session-store.js";
import type { SetTimer } from "../hub/pacer.js";
import { pre, prompt } from "../testing/hook-session.js";
import { startTestServer } from "../testing/test-server.js";

const input = { session_id: "s-1", cwd: "/w", ...prompt("p") };

/** The store with another way to append. */
function storeThat(append: (store: SessionStore) => SessionStore["append"]): SessionStore {
  const store = createMemoryStore();
  return Object.assign(Object.create(store) as SessionStore, { append: append(store) });
}

test("answers a hook with an empty object, once what it says is stored", async () => {
  await using server = await startTestServer();
  const { status, text } = await server.call("POST", "/hooks/claude-code", input);
  expect([status, text, await server.store.head("s-1")]).toEqual([200, "{}", 3]);
});

test("takes whose session it is from headers, or from the address", async () => {
  await using server = await startTestServer();
  const headers = { "x-claude-sessions-user": "ann", "x-claude-sessions-tags": "ci, nightly,," };
  await server.call("POST", "/hooks/claude-code", input, { headers });
  await server.call("POST", "/hooks/codex?user=bo&tags=x", { ...input, session_id: "s-2" });
  const of = async (id: string) => (await server.call("GET", `/api/sessions/${id}`)).body.metadata;
  expect(await of("s-1")).toMatchObject({ userId: "ann", tags: ["claude-code", "ci", "nightly"] });
  expect(await of("s-2")).toMatchObject({ userId: "bo", tags: ["codex", "x"] });
});

test("gives what was held back the time at which it happened, and stores it once", async () => {
  await using server = await startTestServer();
  const headers = { "x-event-time": "2026-01-31T09:30:00.000Z", "idempotency-key": "hook-1" };
  for (let n = 0; n < 2; n++)
    await server.call("POST", "/hooks/claude-code", { session_id: "s-1", ...pre("a") }, { headers });
  const events = (await server.call("GET", "/api/sessions/s-1/events")).body;
  expect(events.map(({ timestamp }: { timestamp: string }) => timestamp)).toEqual(
    Array(2).fill(headers["x-event-time"]),
  );
});

test("refuses another agent's input for good, so that nobody keeps it to send it again", async () => {
  await using server = await startTestServer();
  const { status, body } = await server.call("POST", "/hooks/nope", input);
  expect([status, body.code, body.error]).toEqual([
    400,
    "invalid_input",
    'There is no agent "nope" here. There are claude-code, codex, gemini.',
  ]);
});

test("goes through the gate", async () => {
  await using server = await startTestServer();
  const rebound = await server.call("POST", "/hooks/claude-code", input, { headers: { host: "evil.example" } });
  const foreign = await server.call("POST", "/hooks/claude-code", input, {
    headers: { origin: "https://evil.example" },
  });
  expect([rebound.status, rebound.body.code, foreign.status, foreign.body.code]).toEqual([
    403,
    "host_refused",
    403,
    "origin_refused",
  ]);
  expect(await server.store.head("s-1")).toBe(0);
});

test.for([
  ["[1]", "it is not an object"],
  ["null", "it is not an object"],
  ['{"hook_event_name":"Stop"}', "it names no session"],
])("answers %s as if nothing were wrong, counts it and logs it", async ([body, reason]) => {
  const lines: string[] = [];
  const sink = new Writable({ write: (chunk, _encoding, done) => done(void lines.push(String(chunk))) });
  await using server = await startTestServer({ logger: pino(sink) });
  const { status, text } = await server.call("POST", "/hooks/claude-code", body);
  expect([status, text]).toEqual([200, "{}"]);
  const { sources } = (await server.call("GET", "/api/ingest")).body;
  expect(sources).toMatchObject([{ source: "claude-code", dropped: 1, drops: [{ reason, sample: body }] }]);
  expect(lines.join("")).toContain(reason);
});

test("refuses what is not JSON, and counts it, without its secrets", async () => {
  await using server = await startTestServer();
  const token = `ghp_${"a1B2".repeat(9)}`;
  const { status, body } = await server.call("POST", "/hooks/claude-code", `{"token: ${token}`);
  expect([status, body.code]).toEqual([400, "invalid_json"]);
  const { text } = await server.call("GET", "/api/ingest");
  expect(text).toContain("it is not JSON");
  expect(text).not.toContain(token);
});

test("stores no secret of a prompt, a command or its output", async () => {
  await using server = await startTestServer();
  const token = `ghp_${"a1B2".repeat(9)}`;
  await server.call("POST", "/hooks/claude-code", { ...input, prompt: `use ${token}` });
  await server.call("POST", "/hooks/claude-code", {
    session_id: "s-1",
    ...pre("a", "Bash", { command: `curl -u ${token}` }),
  });
  const { text } = await server.call("GET", "/api/sessions/s-1/events");
  expect(text).toContain("[redacted:");
  expect(text).not.toContain(token);
});

test("stores what a program posts to the API itself as it is", async () => {
  await using server = await startTestServer();
  const token = `ghp_${"a1B2".repeat(9)}`;
  await server.call("POST", "/api/actions/s-1", { type: "note", text: token });
  expect((await server.call("GET", "/api/sessions/s-1/events")).text).toContain(token);
});

test("finds the call that a permission is about although its input was redacted", async () => {
  await using server = await startTestServer();
  const secret = { command: `curl -u ghp_${"a1B2".repeat(9)}` };
  const send = (hook: object) => server.call("POST", "/hooks/claude-code", { session_id: "s-1", ...hook });
  await send(pre("a"));
  await send(pre("b", "Bash", secret));
  await send({ hook_event_name: "PermissionRequest", tool_name: "Bash", tool_input: { command: "a" } });
  await send({ hook_event_name: "PermissionRequest", tool_name: "Bash", tool_input: secret });
  const { metadata } = (await server.call("GET", "/api/sessions/s-1")).body;
  expect(metadata.liveness).toMatchObject({ waitingFor: { toolCallId: "b" } });
});

test("answers 503 where nothing can be stored, so that whoever can repeats it", async () => {
  const store = storeThat(() => async () => {
    throw new AppError("storage_unavailable", "The disk is full.", { retryAfter: 5 });
  });
  await using server = await startTestServer({ store });
  const { status, headers } = await server.call("POST", "/hooks/claude-code", input);
  expect([status, headers["retry-after"]]).toEqual([503, "5"]);
});

/** A timer for the agents' longest wait (1 ms) that is over at once; the others never are. */
const impatient: SetTimer = (run, milliseconds) => {
  if (milliseconds === 1) setImmediate(run);
  return () => {};
};

/** A server whose storage takes nothing before `open` is called. */
async function startSlowServer() {
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const store = storeThat((inner) => async (...call) => {
    asked.resolve();
    await gate;
    return inner.append(...call);
  });
  const server = await startTestServer({ store, agents: { longestWaitMs: 1, setTimer: impatient } });
  return { server, open, asked: asked.promise };
}

test("lets an agent go where the storage is slow, and stores its report behind its back", async () => {
  const { server, open } = await startSlowServer();
  await using _closing = server;
  const { status, text } = await server.call("POST", "/hooks/claude-code", input);
  expect([status, text, await server.store.head("s-1")]).toEqual([202, "{}", 0]);
  open();
  await vi.waitFor(async () => expect(await server.store.head("s-1")).toBe(3));
});

test("keeps who can repeat a report waiting until it is stored", async () => {
  const { server, open, asked } = await startSlowServer();
  await using _closing = server;
  const answer = server.call("POST", "/hooks/claude-code", input, { headers: { "idempotency-key": "k" } });
  await asked;
  for (let turns = 0; turns < 5; turns++) await turn();
  open();
  expect((await answer).status).toBe(200);
});

test("keeps a session whose own id cannot be one under an id of its own", async () => {
  await using server = await startTestServer();
  await server.call("POST", "/hooks/claude-code", { ...input, session_id: "../../etc/passwd" });
  const { sessions } = (await server.call("GET", "/api/sessions")).body;
  expect(sessions).toMatchObject([{ sessionId: expect.stringMatching(/^x-[0-9a-f]{32}$/) }]);
});

test("takes reports where a write to an unknown session creates none", async () => {
  await using server = await startTestServer({ implicitSessions: false });
  expect((await server.call("POST", "/hooks/claude-code", input)).status).toBe(200);
  expect(await server.store.head("s-1")).toBe(3);
});
