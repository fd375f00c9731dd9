import fc from "fast-check";
import { expect, test } from "vitest";
import { apiRoutes } from "./app.js";
import { openSocket } from "./testing/live.js";
import { startTestServer } from "./testing/test-server.js";

const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 30 }),
  fc.constantFrom("__proto__", "constructor", "action", "goal_added", "+5", "2026-02-30T00:00:00Z"),
);
const knownKeys = [
  "type",
  "data",
  "eventId",
  "timestamp",
  "sessionId",
  "seq",
  "status",
  "goalId",
  "agentId",
  "description",
  "tags",
  "initial",
  "phase",
  "workspace",
  "tokenUsage",
  "metrics.toolCalls",
  "userId",
  "outcome",
  "cost",
  "liveness",
];
const key = fc.oneof(fc.constantFrom(...knownKeys), text);
const { value } = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small", withCrossShrink: true },
    fc.oneof(text, fc.double(), fc.integer(), fc.boolean(), fc.constant(null)),
    fc.array(tie("value"), { maxLength: 4 }),
    fc.dictionary(key, tie("value"), { maxKeys: 5 }),
  ),
}));
const body = fc.oneof(
  value.map((json) => JSON.stringify(json)),
  fc.array(value, { maxLength: 3 }).map((lines) => lines.map((line) => JSON.stringify(line)).join("\n")),
  fc.string({ maxLength: 40 }),
  fc
    .tuple(
      fc.constantFrom(
        "action",
        "goal_added",
        "goal_updated",
        "agent_completed",
        "session_finalized",
        "metadata_updated",
        "state_updated",
        "session_created",
      ),
      value,
    )
    .map(([type, data]) => `{"type":"${type}","data":${JSON.stringify(data)}}`),
);
const part = fc.constantFrom("s1", "s2", "g1", "..%2Fx", "%00", "a%20b");
const type = fc.constantFrom("application/json", "application/x-ndjson", "text/plain");
const query = fc.constantFrom(
  "",
  "?limit=3",
  "?limit=-1",
  "?after=x",
  "?at=2",
  "?at=99999",
  "?q=%22%27*",
  "?cursor=abc",
  "?cursor=WyJhIiwiYiJd",
  "?types=action",
  "?ifExists=resume",
  "?user=%00",
);
const header = fc.constantFrom<Record<string, string>>(
  {},
  { "idempotency-key": "k" },
  { "if-match": '"1"' },
  { accept: "application/x-ndjson" },
);

test("no body, query or header makes any route answer 5xx, and every refusal is a problem document", async () => {
  await using server = await startTestServer();
  const routes = apiRoutes.filter(({ path }) => path !== "/api/events" && path !== "/metrics");
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...routes),
      fc.array(part, { minLength: 2, maxLength: 2 }),
      query,
      type,
      header,
      body,
      async (route, parts, search, contentType, extra, payload) => {
        let next = 0;
        const path = route.path.replaceAll(/\{\w+\}/g, () => parts[next++]!) + search;
        const sent = route.method === "GET" ? undefined : payload;
        const {
          status,
          headers,
          body: answer,
        } = await server.call(route.method, path, sent, { headers: { "content-type": contentType, ...extra } });
        expect(status).toBeLessThan(500);
        const told =
          headers["content-type"] === "application/problem+json" &&
          answer.status === status &&
          typeof answer.code === "string";
        expect(status < 400 || told).toBe(true);
      },
    ),
    { numRuns: 600 },
  );
  expect(({} as Record<string, unknown>)["type"]).toBeUndefined();
});

test("no message on a socket ends it", async () => {
  await using server = await startTestServer();
  using socket = await openSocket(server.port, "?session=s1");
  await socket.next();
  await fc.assert(
    fc.asyncProperty(body, async (message) => {
      socket.send(message);
      socket.send({ type: "ping" });
      await expect.poll(async () => (await socket.next()).type, { interval: 0 }).toBe("pong");
    }),
    { numRuns: 100 },
  );
});
