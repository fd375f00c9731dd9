import { expect, test } from "vitest";
import { startTestServer, type TestServer } from "../../testing/test-server.js";
import { logsOf, send, sessionsOf, spansOf, told, traceIdOf } from "./testing.js";
import { createTraceSessions } from "./trace-sessions.js";

const chat = { "gen_ai.operation.name": "chat", "gen_ai.request.model": "m" };

async function sessionsFrom(...captures: ReturnType<typeof spansOf>[]): Promise<string[]> {
  await using server = await startTestServer();
  for (const capture of captures) expect((await send(server, capture)).status).toBe(200);
  return await sessionsOf(server);
}

test("goes by the span's own session, then by its conversation, then by the resource", async () => {
  const resource = { "session.id": "of-resource" };
  const ids = { "session.id": "of-span", "gen_ai.conversation.id": "of-conversation" };
  expect(await sessionsFrom(spansOf([{ id: "1", attributes: { ...chat, ...ids } }], resource))).toEqual(["of-span"]);
  const conversation = { ...chat, "gen_ai.conversation.id": "of-conversation" };
  expect(await sessionsFrom(spansOf([{ id: "1", attributes: conversation }], resource))).toEqual(["of-conversation"]);
  expect(await sessionsFrom(spansOf([{ id: "1", attributes: chat }], resource))).toEqual(["of-resource"]);
});

test("derives a session from the trace that names none", async () => {
  expect(await sessionsFrom(spansOf([{ id: "1", attributes: chat }]))).toEqual([`otel-${traceIdOf()}`]);
});

test("makes no session of a trace that has nothing to do with agents", async () => {
  expect(await sessionsFrom(spansOf([{ id: "1", name: "SELECT" }]), logsOf([{ name: "boot", span: "1" }]))).toEqual([]);
});

test("puts spans that name no session to the others of their trace", async () => {
  await using server = await startTestServer();
  await send(
    server,
    spansOf([
      { id: "1", attributes: chat },
      { id: "2", attributes: { ...chat, "session.id": "s" } },
    ]),
  );
  await send(
    server,
    spansOf([
      { id: "3", attributes: chat },
      { id: "4", name: "SELECT" },
    ]),
  );
  await send(server, logsOf([{ name: "note", span: "3", body: "x y" }]));
  expect(await sessionsOf(server)).toEqual(["s"]);
  expect(await callsOf(server, "s")).toBe(3);
  expect(await told(server, "s", "agent_event")).toMatchObject([{ name: "SELECT" }, { name: "note" }]);
});

test("leaves a trace where its first spans went, when it names its session only later", async () => {
  await using server = await startTestServer();
  const unnamed = spansOf([{ id: "1", attributes: chat }]);
  await send(server, unnamed);
  await send(server, spansOf([{ id: "2", attributes: { ...chat, "session.id": "s" } }]));
  await send(server, unnamed);
  expect(await sessionsOf(server)).toEqual([`otel-${traceIdOf()}`, "s"]);
  expect([await callsOf(server, `otel-${traceIdOf()}`), await callsOf(server, "s")]).toEqual([1, 1]);
});

async function callsOf(server: TestServer, sessionId: string): Promise<number> {
  return (await told(server, sessionId, "model_call")).length;
}

test("takes any text for a session's name", async () => {
  const named = (id: string) => spansOf([{ id: "1", attributes: { ...chat, "session.id": id } }]);
  const [session] = await sessionsFrom(named("../../etc/passwd"));
  expect(session).toMatch(/^x-[0-9a-f]{32}$/);
  expect(await sessionsFrom(named("user@example.org:7"), named("user@example.org:7"))).toHaveLength(1);
  expect(await sessionsFrom(spansOf([{ id: "1", attributes: { ...chat, "session.id": 42 } }]))).toEqual(["42"]);
});

test("remembers no more traces than it may", () => {
  const traces = createTraceSessions(2);
  for (const trace of ["a", "b", "a", "c"]) traces.set(trace, trace);
  expect(["a", "b", "c"].map((trace) => traces.get(trace))).toEqual(["a", undefined, "c"]);
});
