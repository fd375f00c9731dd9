import { expect, test } from "vitest";
import { createMemoryStore } from "../storage/memory/memory-store.js";
import { startTestServer } from "./testing/test-server.js";

const badIds = [
  "..",
  ".hidden",
  "a..b",
  "..%2F..%2Fvictim",
  "a%2Fb",
  "a%00b",
  "a%0Ab",
  "%C0%AE",
  "x".repeat(129),
  "%D0%B0dmin",
  "a%20b",
  "-a",
  "%2e%2e",
  "a%5Cb",
];

test.each(badIds)("refuses the session id %s before the store is touched", async (id) => {
  const store = createMemoryStore();
  const untouched = new Proxy(store, {
    get(target, key) {
      if (key === "onCommit" || key === "status") return target[key].bind(target);
      throw new Error(`the store was asked for ${String(key)}`);
    },
  });
  await using server = await startTestServer({ store: untouched });
  for (const [method, path] of [
    ["GET", `/api/sessions/${id}`],
    ["DELETE", `/api/sessions/${id}`],
    ["POST", `/api/actions/${id}`],
    ["GET", `/api/sessions/${id}/events`],
    ["PATCH", `/api/state/${id}`],
  ] as const) {
    const { status, body } = await server.call(method, path, method === "GET" ? undefined : { type: "a" });
    expect([status, body.code]).toEqual([400, "invalid_session_id"]);
  }
  const created = await server.call("POST", "/api/sessions", {
    sessionId: decodeURIComponent(id.replace("%C0%AE", "%EF%BC%8E")),
  });
  expect([created.status, created.body.code]).toEqual([400, "invalid_session_id"]);
});

test("a path that leaves the API's folder reaches nothing", async () => {
  await using server = await startTestServer();
  for (const path of [
    "/api/sessions/../../etc/passwd",
    "/api/sessions/%2e%2e/x",
    "/../../etc/passwd",
    "/api/./sessions",
  ]) {
    expect((await server.call("GET", path)).status).toBeGreaterThanOrEqual(400);
  }
});

test.each(["{x", "", "[1,", "nul", "{'a':1}", '{"type":"a"} trailing'])(
  "answers 400 to a body that is not JSON: %j",
  async (text) => {
    await using server = await startTestServer();
    for (const path of ["/api/actions/s1", "/api/sessions/s1/events", "/api/state/s1/goals"]) {
      const { status, body, headers } = await server.call("POST", path, text);
      expect([status, body.code, headers["content-type"]]).toEqual([400, "invalid_json", "application/problem+json"]);
    }
  },
);

test("answers 400 to a body that is not UTF-8", async () => {
  await using server = await startTestServer();
  const bytes = Buffer.from([0x7b, 0x22, 0x74, 0xff, 0x22, 0x3a, 0x31, 0x7d]);
  const { status, body } = await server.call("POST", "/api/actions/s1", undefined, { chunks: [bytes] });
  expect([status, body.code]).toEqual([400, "invalid_json"]);
});

test("answers 413 to a body that is too large, said or streamed", async () => {
  await using server = await startTestServer({ maxBodyBytes: 1000 });
  const fits = { type: "a", text: "x".repeat(900) };
  expect((await server.call("POST", "/api/actions/s1", fits)).status).toBe(201);
  const said = await server.call("POST", "/api/actions/s1", { type: "a", text: "x".repeat(1000) });
  expect([said.status, said.body.code]).toEqual([413, "body_too_large"]);
  const chunks = Array.from({ length: 3 }, () => Buffer.alloc(500, 0x20));
  const streamed = await server.call("POST", "/api/actions/s1", undefined, { chunks });
  expect([streamed.status, streamed.body.code]).toEqual([413, "body_too_large"]);
  expect((await server.call("GET", "/health")).status).toBe(200);
});

test("answers 413 to a batch of too many events, and 400 to one of none", async () => {
  await using server = await startTestServer();
  const many = Array.from({ length: 10_001 }, () => '{"type":"a"}').join("\n");
  const ndjson = { headers: { "content-type": "application/x-ndjson" } };
  expect((await server.call("POST", "/api/actions/s1", many, ndjson)).status).toBe(413);
  for (const path of ["/api/actions/s1", "/api/sessions/s1/events"]) {
    expect((await server.call("POST", path, [])).status).toBe(400);
    expect((await server.call("POST", path, "\n\n", ndjson)).status).toBe(400);
  }
});

const nested = (depth: number) => `{"type":"a","x":${"[".repeat(depth)}${"]".repeat(depth)}}`;

test("refuses what is nested too deep, and takes what is not", async () => {
  await using server = await startTestServer();
  expect((await server.call("POST", "/api/actions/s1", nested(60))).status).toBe(201);
  for (const depth of [65, 100_000]) {
    const { status, body } = await server.call("POST", "/api/actions/s1", nested(depth));
    expect([status, body.errors[0].message]).toEqual([400, "is nested deeper than 64 levels"]);
    const line = `{"type":"action","data":${nested(depth)}}`;
    expect(
      (
        await server.call("POST", "/api/sessions/s1/events", line, {
          headers: { "content-type": "application/x-ndjson" },
        })
      ).status,
    ).toBe(400);
    expect((await server.call("PATCH", "/api/state/s1", nested(depth))).status).toBe(400);
  }
});

test.each([
  ["POST", "/api/sessions", '{"initial":{"config":{"__proto__":{"polluted":1}}}}', "initial.config.__proto__"],
  ["POST", "/api/sessions", '{"initial":{"constructor":{"prototype":{"polluted":1}}}}', "initial.constructor"],
  ["POST", "/api/actions/s1", '{"type":"a","__proto__":{"polluted":1}}', "__proto__"],
  ["POST", "/api/actions/s1", '[{"type":"a"},{"type":"a","x":[{"__proto__":1}]}]', "[1].x.0.__proto__"],
  ["PATCH", "/api/state/s1", '{"__proto__":{"polluted":1}}', "__proto__"],
  ["PATCH", "/api/state/s1", '{"constructor":{"prototype":{"polluted":1}}}', "constructor"],
  ["PATCH", "/api/sessions/s1/metadata", '{"__proto__.polluted":1}', "__proto__.polluted"],
  ["POST", "/api/sessions/s1/finalize", '{"outcome":{"__proto__":{"polluted":1}}}', "outcome.__proto__"],
])("refuses reserved keys: %s %s %s", async (method, path, text, field) => {
  await using server = await startTestServer();
  const { status, body } = await server.call(method, path, text);
  expect([status, body.errors[0].path]).toEqual([400, field]);
  expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
});

test.each([
  ["/api/sessions", { userid: "x" }, "userid"],
  ["/api/sessions", { tags: ["a", 2] }, "tags.1"],
  ["/api/sessions", { initial: { config: 5 } }, "initial.config"],
  ["/api/sessions", { parentSession: "../x" }, "parentSession"],
  ["/api/sessions/s1/finalize", { outcom: 1 }, "outcom"],
  ["/api/sessions/s1/finalize", { status: "done" }, "status"],
  ["/api/actions/s1", { type: 5 }, "type"],
  ["/api/actions/s1", { type: "" }, "type"],
  ["/api/actions/s1", { type: "a", timestamp: "yesterday" }, "timestamp"],
  ["/api/actions/s1", { type: "a", eventId: "two words" }, "eventId"],
  ["/api/actions/s1", 5, ""],
  ["/api/sessions", [], ""],
])("POST %s with %j names the field at fault", async (path, body, field) => {
  await using server = await startTestServer();
  const { status, body: problem } = await server.call("POST", path, body);
  expect(status).toBe(400);
  expect(problem).toMatchObject({
    title: "Invalid input",
    status: 400,
    code: "invalid_input",
    errors: [{ path: field }],
  });
  expect(problem.error).toBe(problem.detail);
});

test.each([
  ["/api/actions/s1", {}, "type: is missing; give a string"],
  ["/api/actions/s1", { type: 5 }, "type: must be a string"],
  [
    "/api/state/s1/goals",
    { description: "x", status: "done" },
    "status: must be one of pending, in_progress, completed, failed, cancelled",
  ],
  ["/api/sessions", { initial: { config: 5 } }, "initial.config: must be an object"],
  ["/api/sessions", { timestamp: [] }, "timestamp: must be a string or a number"],
])("POST %s with %j says in plain words what is wrong", async (path, body, message) => {
  await using server = await startTestServer();
  expect((await server.call("POST", path, body)).body.error).toBe(message);
});

test("lines of JSON without their content type are told of it", async () => {
  await using server = await startTestServer();
  const { status, body } = await server.call("POST", "/api/actions/s1", '{"type":"a"}\n{"type":"b"}\n');
  expect([status, body.code]).toEqual([400, "invalid_json"]);
  expect(body.error).toContain("Content-Type: application/x-ndjson");
});

test.each(["limit=0", "limit=x", "after=-1", "before=1.5", "types=nope", "ifExists=maybe&x"])(
  "refuses the query %s",
  async (query) => {
    await using server = await startTestServer();
    const creates = query.startsWith("ifExists");
    const { status, body } = await server.call(
      creates ? "POST" : "GET",
      `/api/sessions${creates ? "" : "/s1/events"}?${query}`,
    );
    expect([status, body.errors[0].path]).toEqual([400, query.split("=")[0]]);
  },
);

test("answers 404 and 405 with problem documents", async () => {
  await using server = await startTestServer();
  const unknown = await server.call("GET", "/api/nope");
  expect([unknown.status, unknown.body.code]).toEqual([404, "not_found"]);
  const wrong = await server.call("PUT", "/api/sessions/s1");
  expect([wrong.status, wrong.body.code, wrong.headers.allow]).toEqual([
    405,
    "method_not_allowed",
    "OPTIONS, GET, DELETE",
  ]);
  expect((await server.call("OPTIONS", "/api/sessions")).status).toBe(204);
  expect((await server.call("GET", "/ws")).status).toBe(400);
});

test("answers an unknown error with a plain 500 and keeps the detail to the log", async () => {
  const store = createMemoryStore();
  store.stats = () => Promise.reject(new Error("secret /path/of/the/machine"));
  await using server = await startTestServer({ store });
  const { status, text, body } = await server.call("GET", "/api/query/stats");
  expect([status, body.code]).toEqual([500, "internal"]);
  expect(text).not.toContain("secret");
});

test("refuses a body that is encoded", async () => {
  await using server = await startTestServer();
  const { status } = await server.call("POST", "/api/actions/s1", "x", { headers: { "content-encoding": "gzip" } });
  expect(status).toBe(415);
});
