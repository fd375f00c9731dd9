import { expect, test } from "vitest";
import { AppError } from "../core/errors.js";
import { createGate } from "./gate.js";
import { openSocket, openStream, refusedUpgrade } from "./testing/live.js";
import { startTestServer } from "./testing/test-server.js";

function admit(
  host: string,
  headers: Record<string, string>,
  { allowOrigins, method = "GET" }: { allowOrigins?: string[]; method?: string } = {},
): string {
  const gate = createGate({ host, allowOrigins });
  try {
    return gate.admit({ method, route: "/", sessionId: undefined, header: (name) => headers[name] }) ?? "in";
  } catch (error) {
    return (error as AppError).code;
  }
}

test.each([
  "localhost:9000",
  "LOCALHOST",
  "app.localhost:1",
  "127.0.0.1:9000",
  "127.9.9.9",
  "[::1]:9000",
  "host.docker.internal:9000",
  "host.containers.internal",
  "gateway.docker.internal",
])("a server on loopback answers to %s", (host) => {
  expect(admit("127.0.0.1", { host })).toBe("in");
});

test.each([
  "evil.com",
  "localhost.evil.com",
  "127.0.0.1.evil.com",
  "10.0.0.1:9000",
  "evil.com:9000",
  "",
  "a b",
  "[::2]",
])("a server on loopback does not answer to '%s'", (host) => {
  expect(admit("localhost", { host })).toBe("host_refused");
  expect(admit("localhost", { host: "localhost" })).toBe("in");
});

test("a server on all addresses answers to any name", () => {
  expect(admit("0.0.0.0", { host: "build-box.lan:9000" })).toBe("in");
});

test("the configured host and the hosts of allowed origins are names of the server", () => {
  expect(admit("my.localhost", { host: "my.localhost:9000" })).toBe("in");
  expect(admit("127.0.0.1", { host: "dash.example" }, { allowOrigins: ["https://dash.example"] })).toBe("in");
});

test.each([
  [{ host: "localhost:9000", origin: "http://localhost:9000" }, "in"],
  [{ host: "localhost", origin: "http://localhost:80" }, "in"],
  [{ host: "localhost:9000", origin: "http://localhost:3000" }, "origin_refused"],
  [{ host: "localhost:9000", origin: "https://evil.com" }, "origin_refused"],
  [{ host: "localhost:9000", origin: "null" }, "origin_refused"],
  [{ host: "localhost:9000", origin: "http://localhost:9000.evil.com" }, "origin_refused"],
  [{ host: "localhost:9000", "sec-fetch-site": "cross-site" }, "origin_refused"],
  [{ host: "localhost:9000", "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" }, "in"],
  [{ host: "localhost:9000", "sec-fetch-site": "same-origin" }, "in"],
])("%j → %s", (headers, expected) => {
  expect(admit("127.0.0.1", headers as unknown as Record<string, string>)).toBe(expected);
});

test("a cross-site form post is no navigation that is let in", () => {
  expect(
    admit(
      "127.0.0.1",
      { host: "localhost", "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" },
      { method: "POST" },
    ),
  ).toBe("origin_refused");
});

test("the pages of an allowed origin may call and read", async () => {
  await using server = await startTestServer({ allowOrigins: ["https://Dash.example/"] });
  const headers = { origin: "https://dash.example", "sec-fetch-site": "cross-site" };
  const answer = await server.call("GET", "/health", undefined, { headers });
  expect(answer.status).toBe(200);
  expect(answer.headers).toMatchObject({ "access-control-allow-origin": "https://dash.example", vary: "Origin" });
  const preflight = await server.call("OPTIONS", "/api/state/s1", undefined, { headers });
  expect(preflight.status).toBe(204);
  expect(preflight.headers).toMatchObject({
    "access-control-allow-origin": "https://dash.example",
    "access-control-allow-methods": "GET, PATCH",
  });
  const refused = await server.call("GET", "/api/sessions/none", undefined, { headers });
  expect([refused.status, refused.headers["access-control-allow-origin"]]).toEqual([404, "https://dash.example"]);
  using stream = await openStream(server.port, "/api/events", headers);
  expect(stream.response.headers["access-control-allow-origin"]).toBe("https://dash.example");
  expect((await server.call("GET", "/health")).headers["access-control-allow-origin"]).toBeUndefined();
});

test("other sites reach nothing over HTTP, and no state changes", async () => {
  await using server = await startTestServer();
  const headers = { origin: "https://evil.com" };
  for (const [method, path] of [
    ["GET", "/health"],
    ["POST", "/api/actions/s1"],
    ["DELETE", "/api/sessions/s1"],
    ["OPTIONS", "/api/sessions"],
    ["GET", "/nowhere"],
    ["GET", "/docs"],
  ] as const) {
    const {
      status,
      body,
      headers: answered,
    } = await server.call(method, path, method === "POST" ? { type: "a" } : undefined, { headers });
    expect([status, body.code, answered["access-control-allow-origin"]]).toEqual([403, "origin_refused", undefined]);
    expect(body.error).toContain("--allow-origin https://evil.com");
  }
  expect(await server.store.head("s1")).toBe(0);
  const rebound = await server.call("GET", "/api/query/recent", undefined, { headers: { host: "rebound.evil.com" } });
  expect([rebound.status, rebound.body.code]).toEqual([403, "host_refused"]);
});

test("other sites open no sockets and no event streams", async () => {
  await using server = await startTestServer();
  expect(await refusedUpgrade(server.port, "", { origin: "https://evil.com" })).toMatchObject({
    status: 403,
    body: { code: "origin_refused" },
  });
  expect(await refusedUpgrade(server.port, "", { host: "evil.com" })).toMatchObject({
    status: 403,
    body: { code: "host_refused" },
  });
  using own = await openSocket(server.port, "", { origin: `http://127.0.0.1:${server.port}` });
  expect(await own.next()).toMatchObject({ type: "connected" });
  using stream = await openStream(server.port, "/api/events", { origin: "https://evil.com" });
  expect(stream.response.statusCode).toBe(403);
});

test("every way in asks whether the caller may", async () => {
  const asked: string[] = [];
  await using server = await startTestServer({
    authorize: ({ method, route, sessionId }) => {
      asked.push(`${method} ${route} ${sessionId}`);
      if (sessionId === "secret") throw new AppError("not_found", "no");
    },
  });
  await server.call("POST", "/api/actions/s1", { type: "a" });
  await server.call("GET", "/nowhere");
  using socket = await openSocket(server.port, "?session=s1");
  socket.send({ type: "subscribe", sessionId: "secret" });
  expect(await socket.take(2)).toMatchObject([{ type: "connected" }, { type: "error", code: "not_found" }]);
  expect(asked).toEqual(["POST /api/actions/{id} s1", "GET * undefined", "GET /ws s1", "GET /ws secret"]);
  expect((await server.call("GET", "/api/sessions/secret")).status).toBe(404);
  expect((await refusedUpgrade(server.port, "?session=secret")).status).toBe(404);
});
