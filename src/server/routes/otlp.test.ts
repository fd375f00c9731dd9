import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { createMemoryStore } from "../../storage/memory/memory-store.js";
import { storageUnavailable } from "../../storage/store-errors.js";
import { signals } from "../ingest/otlp/protobuf.js";
import { decodeAs, encode, eventsOf, send, sessionsOf } from "../ingest/otlp/testing.js";
import { startTestServer } from "../testing/test-server.js";

const protobufType = "application/x-protobuf";
const span = {
  traceId: "5b8efff798038103d269b633813fc60c",
  spanId: "eee19b7ec3c1b174",
  name: "chat",
  startTimeUnixNano: "1795387669000000001",
  endTimeUnixNano: "1795387670000000000",
  attributes: [
    { key: "session.id", value: { stringValue: "s1" } },
    { key: "gen_ai.operation.name", value: { stringValue: "chat" } },
    { key: "gen_ai.usage.input_tokens", value: { intValue: "9007199254740993" } },
    { key: "big", value: { intValue: "9007199254740993" } },
    { key: "negative", value: { intValue: "-7" } },
    { key: "list", value: { arrayValue: { values: [{ intValue: 1 }, { boolValue: true }, {}] } } },
    { key: "map", value: { kvlistValue: { values: [{ key: "k", value: { doubleValue: 1.5 } }] } } },
    { key: "bytes", value: { bytesValue: "AQID" } },
  ],
};
const traces = { signal: "traces" as const, request: { resourceSpans: [{ scopeSpans: [{ spans: [span] }] }] } };

test.for(["json", "protobuf"] as const)(
  "reads hex ids, 64-bit integers and nested values from %s",
  async (encoding) => {
    await using server = await startTestServer();
    const answered = await send(server, traces, encoding);
    expect([answered.status, answered.text]).toEqual([200, encoding === "json" ? "{}" : ""]);
    const call = (await eventsOf(server, "s1")).find(({ data }) => data["type"] === "model_call")!;
    expect(call).toMatchObject({
      eventId: `model-call:${span.spanId}`,
      timestamp: "2026-11-22T22:47:50.000Z",
      data: {
        turn: span.traceId,
        durationMs: 999.999,
        extra: { big: "9007199254740993", negative: -7, list: [1, true, null], map: { k: 1.5 }, bytes: "AQID" },
      },
    });
  },
);

test("answers with what it did not take, in the request's own type", async () => {
  await using server = await startTestServer();
  const bad = { resourceSpans: [{ scopeSpans: [{ spans: [span, { ...span, spanId: "xyz" }, { name: "no ids" }] }] }] };
  const inJson = await send(server, { signal: "traces", request: bad });
  const reason = "2 spans without a valid traceId and spanId.";
  expect(inJson.body).toEqual({ partialSuccess: { rejectedSpans: "2", errorMessage: reason } });

  const bytes = encode("traces", { resourceSpans: [{ scopeSpans: [{ spans: [span, { name: "no ids" }] }] }] });
  const response = await fetch(`${server.url}/v1/traces`, {
    method: "POST",
    headers: { "content-type": protobufType },
    body: Buffer.from(bytes),
  });
  expect(response.headers.get("content-type")).toBe(protobufType);
  expect(decodeAs("ExportResponse", new Uint8Array(await response.arrayBuffer()))).toEqual({
    partialSuccess: { rejected: 1, errorMessage: "1 span without a valid traceId and spanId." },
  });
  expect(await sessionsOf(server)).toEqual(["s1"]);
});

test("refuses for good what is no export", async () => {
  await using server = await startTestServer();
  const cases = [
    ["application/json", "{", 400, "invalid_json"],
    ["application/json", "[]", 400, "invalid_input"],
    ["application/json", '{"resourceSpans":{}}', 400, "invalid_input"],
    ["text/plain", "{}", 415, "unsupported_media_type"],
  ] as const;
  for (const [type, body, status, code] of cases) {
    const answered = await server.call("POST", "/v1/traces", body, { headers: { "content-type": type } });
    expect([answered.status, answered.body.code]).toEqual([status, code]);
  }
  const inProtobuf = await fetch(`${server.url}/v1/logs`, {
    method: "POST",
    headers: { "content-type": protobufType },
    body: "{not protobuf}",
  });
  expect([inProtobuf.status, inProtobuf.headers.get("content-type")]).toEqual([400, protobufType]);
  expect(decodeAs("Status", new Uint8Array(await inProtobuf.arrayBuffer()))).toEqual({
    code: 3,
    message: "The body is not an OTLP logs request in protobuf. Is the Content-Type right?",
  });
});

test("takes an export of nothing, and fields that it does not know", async () => {
  await using server = await startTestServer();
  for (const signal of signals) {
    expect((await send(server, { signal, request: {} })).status).toBe(200);
    expect((await send(server, { signal, request: { later: [1] } })).status).toBe(200);
    expect((await send(server, { signal, request: {} }, "protobuf gzip")).status).toBe(200);
  }
  expect(await sessionsOf(server)).toEqual([]);
});

test("says of an object that is no export of this signal that nothing was taken", async () => {
  await using server = await startTestServer();
  const lists = { traces: "resourceSpans", logs: "resourceLogs", metrics: "resourceMetrics" };
  for (const signal of signals) {
    const { status, body } = await send(server, { signal, request: { a: 1 } });
    const [[rejected, count], [, errorMessage]] = Object.entries(body.partialSuccess) as [[string, string], unknown[]];
    expect([status, rejected, count]).toEqual([200, expect.stringMatching(/^rejected/) as string, "0"]);
    expect(errorMessage).toBe(
      `Nothing was taken: an export of ${signal} has "${lists[signal]}", and this one has not.`,
    );
    expect((await send(server, { signal, request: {} })).body).toEqual({});
    expect((await send(server, { signal, request: { [lists[signal]]: [] } })).body).toEqual({});
    expect((await send(server, { signal, request: {} }, "protobuf")).text).toBe("");
  }
  const astray = await send(server, { signal: "traces", request: { resourceLogs: [] } });
  expect(astray.body.partialSuccess.errorMessage).toBe('Nothing was taken: "resourceLogs" is for /v1/logs.');
  const { sources } = (await server.call("GET", "/api/ingest")).body as { sources: { dropped: number }[] };
  expect(sources).toMatchObject([{ source: "otel", dropped: 4 }]);
});

test("gives up on a small body that unpacks to a great one, and takes the next", async () => {
  await using server = await startTestServer({ maxBodyBytes: 100_000 });
  const bomb = gzipSync(Buffer.alloc(50_000_000, 0x20));
  expect(bomb.length).toBeLessThan(100_000);
  const headers = { "content-type": "application/json", "content-encoding": "gzip" };
  const refused = await server.call("POST", "/v1/traces", undefined, { headers, chunks: [bomb] });
  expect([refused.status, refused.body.code]).toEqual([413, "body_too_large"]);
  expect((await send(server, traces, "json gzip")).status).toBe(200);
});

test("refuses a body that is too large as it is, is not packed as it says, or packed as nobody asked", async () => {
  await using server = await startTestServer({ maxBodyBytes: 1000 });
  const post = (encoding: string, body: Uint8Array) =>
    server.call("POST", "/v1/traces", undefined, {
      headers: { "content-type": "application/json", "content-encoding": encoding },
      chunks: [body],
    });
  expect((await post("identity", Buffer.alloc(1001))).body).toMatchObject({ status: 413 });
  expect((await post("gzip", Buffer.from("{}"))).body).toMatchObject({ status: 400, code: "invalid_input" });
  expect((await post("br", Buffer.from("{}"))).body).toMatchObject({ status: 415 });
  expect((await post("constructor", Buffer.from("{}"))).body).toMatchObject({ status: 415 });
});

test("passes the gate as every other route does", async () => {
  await using server = await startTestServer();
  const foreign = { "content-type": protobufType, host: "evil.example" };
  const refused = await server.call("POST", "/v1/traces", undefined, {
    headers: foreign,
    chunks: [encode("traces", traces.request)],
  });
  expect([refused.status, refused.body.code]).toEqual([403, "host_refused"]);
  expect(await sessionsOf(server)).toEqual([]);
});

test("asks to come again while the storage fails, and loses nothing", async () => {
  let failing = true;
  const store = createMemoryStore();
  const append: typeof store.append = (...call) =>
    failing ? Promise.reject(storageUnavailable("the disk is full")) : store.append(...call);
  await using server = await startTestServer({
    store: Object.assign(Object.create(store) as typeof store, { append }),
  });
  for (const encoding of ["json", "protobuf"] as const) {
    const answered = await send(server, traces, encoding);
    expect([answered.status, answered.headers["retry-after"]]).toEqual([503, "2"]);
    expect(answered.headers["content-type"]).toBe(encoding === "json" ? "application/problem+json" : protobufType);
  }
  failing = false;
  expect((await send(server, traces)).status).toBe(200);
  expect((await eventsOf(server, "s1")).map(({ data }) => data["type"] ?? "created")).toEqual([
    "created",
    "model_call",
  ]);
});

test("makes no session where none may be made, and takes what is of one that there is", async () => {
  await using server = await startTestServer({ implicitSessions: false });
  await server.call("POST", "/api/sessions", { sessionId: "s1" });
  const other = {
    ...span,
    attributes: [{ key: "session.id", value: { stringValue: "s2" } }, ...span.attributes.slice(1)],
  };
  const request = { resourceSpans: [{ scopeSpans: [{ spans: [span, other] }] }] };
  const answered = await send(server, { signal: "traces", request });
  expect(answered.body.partialSuccess).toEqual({ rejectedSpans: "1", errorMessage: "There is no session 's2'." });
  expect(await sessionsOf(server)).toEqual(["s1"]);
  expect((await eventsOf(server, "s1")).at(-1)!.data["type"]).toBe("model_call");
});

test("adds differences to a session's metrics, and refuses sums since the start", async () => {
  await using server = await startTestServer();
  const point = (value: number, time: string) => ({
    attributes: [
      { key: "session.id", value: { stringValue: "s1" } },
      { key: "type", value: { stringValue: "added" } },
    ],
    startTimeUnixNano: "1795387669000000000",
    timeUnixNano: time,
    asInt: String(value),
  });
  const request = (temporality: number, ...dataPoints: object[]) => ({
    signal: "metrics" as const,
    request: {
      resourceMetrics: [
        {
          scopeMetrics: [
            {
              metrics: [
                { name: "claude_code.lines_of_code.count", sum: { aggregationTemporality: temporality, dataPoints } },
                { name: "claude_code.token.usage", sum: { aggregationTemporality: temporality, dataPoints } },
                { name: "a.gauge", gauge: { dataPoints } },
              ],
            },
          ],
        },
      ],
    },
  });
  const deltas = request(1, point(5, "1795387670000000000"), point(7, "1795387671000000000"));
  for (const encoding of ["json", "protobuf", "json"] as const)
    expect((await send(server, deltas, encoding)).status).toBe(200);
  const cumulative = await send(server, request(2, point(12, "1795387672000000000")));
  expect(cumulative.body.partialSuccess).toMatchObject({
    rejectedDataPoints: "1",
    errorMessage: expect.stringContaining("delta"),
  });
  const { metadata } = (await server.call("GET", "/api/sessions/s1")).body;
  expect([metadata.metrics.linesAdded, metadata.tokenUsage.total]).toEqual([12, 0]);
});
