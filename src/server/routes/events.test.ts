import { expect, test } from "vitest";
import type { SessionEvent } from "../../core/event.js";
import { startTestServer, type TestServer } from "../testing/test-server.js";

const ndjson = { headers: { "content-type": "application/x-ndjson" } };

async function events(server: TestServer, query = "after=0"): Promise<SessionEvent[]> {
  return (await server.call("GET", `/api/sessions/s1/events?${query}`)).body;
}

test("stores a mixed batch in its order", async () => {
  await using server = await startTestServer();
  const { status, body } = await server.call("POST", "/api/sessions/s1/events", [
    { type: "session_created", data: { userId: "ann" } },
    { type: "action", eventId: "a1", timestamp: "2020-01-01T00:00:00Z", data: { type: "tool_call" } },
    { type: "goal_added", data: { goalId: "g", description: "d" } },
    { type: "state_updated", data: { phase: "execution" } },
    { type: "response", data: { type: "text" } },
  ]);
  expect(status).toBe(201);
  expect(body).toMatchObject({ success: true, count: 5, seq: 5 });
  const stored = await events(server);
  expect(stored.map(({ type }) => type)).toEqual([
    "session_created",
    "action",
    "goal_added",
    "state_updated",
    "response",
  ]);
  expect(stored[1]).toMatchObject({ seq: 2, eventId: "a1", timestamp: "2020-01-01T00:00:00Z" });
  expect((await server.call("GET", "/api/state/s1")).body).toMatchObject({
    phase: "execution",
    goals: [{ goalId: "g" }],
  });
});

test("takes NDJSON, and the producer's own text of the data stays", async () => {
  await using server = await startTestServer();
  const lines = [
    '{"type":"action","eventId":"e1","timestamp":"2020-01-01T00:00:00.123456789Z","data":{"type":"a","n":1.0}}',
    '{"seq":77,"sessionId":"other","type": "response", "data": {"type":"b", "n": 1e3}}',
    '{"data":{"type":"c"},"type":"action"}',
    String.raw`{"type":"goal_added","eventId":"e4","data":{"goalId":"g","description":"\u00fc"}}`,
  ];
  const { body } = await server.call("POST", "/api/sessions/s1/events", lines.join("\n"), ndjson);
  expect(body.events.map(({ seq }: { seq: number }) => seq)).toEqual([2, 3, 4, 5]);
  const stored = await server.call("GET", "/api/sessions/s1/events?after=1");
  expect(stored.text).toContain('"n":1.0');
  expect(stored.text).toContain('"n": 1e3');
  expect(stored.text).toContain('"timestamp":"2020-01-01T00:00:00.123456789Z"');
  expect(stored.body[3]).toMatchObject({ type: "goal_added", eventId: "e4", data: { description: "ü" } });
});

test.each([
  ["an unknown type", '{"type":"nope","data":{}}', "[1].type"],
  ["a record without a type", '{"type":"action","data":{"typ":1}}', "[1].data.type"],
  ["a goal without an id", '{"type":"goal_added","data":{"description":"x"}}', "[1].data.goalId"],
  ["a bad event id", '{"type":"action","eventId":"has space","data":{"type":"a"}}', "[1].eventId"],
  ["a bad time", '{"type":"action","timestamp":"2020-13-01T00:00:00Z","data":{"type":"a"}}', "[1].timestamp"],
  ["an unknown field", '{"type":"action","dta":1,"data":{"type":"a"}}', "[1].dta"],
  ["goals in a state patch", '{"type":"state_updated","data":{"goals":[]}}', "[1].data.goals"],
  ["a derived field of metadata", '{"type":"metadata_updated","data":{"eventCount":1}}', "[1].data.eventCount"],
  ["a prototype key", '{"type":"state_updated","data":{"a":{"constructor":1}}}', "[1].data.a.constructor"],
  ["a creation that is not the first", '{"type":"session_created","data":{}}', "[1].type"],
  ["no object", "5", "[1]"],
])("refuses %s with its path, as NDJSON and as an array, and stores nothing", async (_name, line, path) => {
  await using server = await startTestServer();
  const good = '{"type":"action","data":{"type":"a"}}';
  const asLines = await server.call("POST", "/api/sessions/s1/events", `${good}\n${line}\n`, ndjson);
  const asArray = await server.call("POST", "/api/sessions/s1/events", `[${good},${line}]`);
  expect([asLines.status, asArray.status]).toEqual([400, 400]);
  expect(asLines.body.errors[0].path).toBe(path);
  expect(asArray.body.errors).toEqual(asLines.body.errors);
  expect((await server.call("GET", "/api/sessions/s1")).status).toBe(404);
});

test.each([
  '{"type":',
  '{"type":"action","data":{"type":"a"}}}',
  '{"type":"action","data":{"type":"a"},}',
  '{"type":"action" "data":{}}',
])("names the line that is not JSON: %s", async (line) => {
  await using server = await startTestServer();
  const { status, body } = await server.call(
    "POST",
    "/api/sessions/s1/events",
    `{"type":"action","data":{"type":"a"}}\n${line}`,
    ndjson,
  );
  expect([status, body.code, body.errors[0].path]).toEqual([400, "invalid_json", "[1]"]);
});

test.each([
  ["more behind the data", '{"type":"action","data":{"type":"a"},"data":{"type":"b"}}', "b"],
  ["an escaped name", String.raw`{"typ\u0065":"action","data":{"type":"c"}}`, "c"],
])("reads a line with %s as JSON does", async (_name, line, type) => {
  await using server = await startTestServer();
  expect((await server.call("POST", "/api/sessions/s1/events", line, ndjson)).status).toBe(201);
  expect((await events(server, "after=1"))[0]?.data).toMatchObject({ type });
});

test("refuses to begin a session that exists, but takes the same beginning again", async () => {
  await using server = await startTestServer();
  const log = [
    { type: "session_created", eventId: "c", data: {} },
    { type: "action", eventId: "a", data: { type: "x" } },
  ];
  expect((await server.call("POST", "/api/sessions/s1/events", log)).status).toBe(201);
  const more = [...log, { type: "action", eventId: "b", data: { type: "y" } }];
  expect((await server.call("POST", "/api/sessions/s1/events", more)).body.events).toMatchObject([
    { seq: 1 },
    { seq: 2 },
    { seq: 3 },
  ]);
  const other = await server.call("POST", "/api/sessions/s1/events", [
    { type: "session_created", eventId: "d", data: {} },
  ]);
  expect([other.status, other.body.code]).toEqual([409, "session_exists"]);
});

test("takes an exported log as it is", async () => {
  await using server = await startTestServer();
  await server.call("POST", "/api/sessions", { sessionId: "s1", userId: "ann" });
  await server.call("POST", "/api/actions/s1", { type: "tool_call", n: 1 });
  await server.call("PATCH", "/api/state/s1", { phase: "x" });
  const exported = await server.call("GET", "/api/sessions/s1/events", undefined, {
    headers: { accept: "application/x-ndjson" },
  });
  expect(exported.headers["content-type"]).toBe("application/x-ndjson");
  expect((await server.call("POST", "/api/sessions/s2/events", exported.text, ndjson)).status).toBe(201);
  const { body } = await server.call("GET", "/api/sessions/s2");
  expect(body).toMatchObject({
    metadata: { userId: "ann", eventCount: 3 },
    state: { phase: "x", version: 2 },
    actions: [{ n: 1 }],
  });
});

test("streams the whole log, whatever its length, from any place and of any types", async () => {
  await using server = await startTestServer();
  const batch = Array.from({ length: 5000 }, (_, n) => ({ type: "a", n, text: "x".repeat(200) }));
  await server.call("POST", "/api/actions/s1", batch);
  await server.call("POST", "/api/actions/s1/responses", { type: "r" });
  const read = async (query: string) => {
    const { text } = await server.call("GET", `/api/sessions/s1/events?${query}`, undefined, {
      headers: { accept: "application/x-ndjson" },
    });
    return text
      .trimEnd()
      .split("\n")
      .map((line) => (JSON.parse(line) as { seq: number }).seq);
  };
  expect(await read("")).toEqual(Array.from({ length: 5002 }, (_, n) => n + 1));
  expect(await read("after=5000")).toEqual([5001, 5002]);
  expect(await read("types=response,session_created")).toEqual([1, 5002]);
});

test("pages through the merged log", async () => {
  await using server = await startTestServer();
  await server.call("POST", "/api/actions/s1", [{ type: "a" }, { type: "b" }]);
  expect((await events(server, "limit=2")).map(({ seq }) => seq)).toEqual([2, 3]);
  expect((await events(server, "after=0&limit=2")).map(({ seq }) => seq)).toEqual([1, 2]);
  expect((await events(server, "before=3&limit=1")).map(({ seq }) => seq)).toEqual([2]);
  const { status, body } = await server.call("GET", "/api/sessions/s1/events?types=nope");
  expect([status, body.errors[0].path]).toEqual([400, "types"]);
});
