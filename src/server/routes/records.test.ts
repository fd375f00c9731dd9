import { expect, test } from "vitest";
import { startTestServer } from "../testing/test-server.js";

test.each([
  ["actions", "/api/actions/s1"],
  ["responses", "/api/actions/s1/responses"],
])("stores %s with every field that the producer gave", async (_name, path) => {
  await using server = await startTestServer();
  const written = await server.call("POST", path, { type: "tool_call", deep: { list: [1, null, "x"] }, größe: "ü" });
  expect(written.status).toBe(201);
  expect(written.body).toEqual({ success: true, seq: 2, eventId: expect.any(String) });
  const { body } = await server.call("GET", path);
  expect(body).toMatchObject([
    { seq: 2, type: "tool_call", deep: { list: [1, null, "x"] }, größe: "ü", eventId: written.body.eventId },
  ]);
});

test("ignores what a client says about seq, receivedAt and sessionId", async () => {
  await using server = await startTestServer();
  const own = { type: "a", seq: 99, receivedAt: "1999-01-01T00:00:00Z", sessionId: "other", kept: 1 };
  expect((await server.call("POST", "/api/actions/s1", own)).body.seq).toBe(2);
  const [record] = (await server.call("GET", "/api/actions/s1")).body;
  expect(record).toMatchObject({ seq: 2, kept: 1 });
  expect(record.receivedAt).not.toContain("1999");
  expect(record).not.toHaveProperty("sessionId");
});

test("keeps the time and the event id that a record gives", async () => {
  await using server = await startTestServer();
  const record = { type: "a", timestamp: "2020-01-01T00:00:00Z", eventId: "mine" };
  expect((await server.call("POST", "/api/actions/s1", record)).body.eventId).toBe("mine");
  expect((await server.call("GET", "/api/actions/s1")).body[0]).toMatchObject({
    timestamp: "2020-01-01T00:00:00Z",
    eventId: "mine",
  });
});

test("takes a JSON array as one batch", async () => {
  await using server = await startTestServer();
  const { status, body } = await server.call("POST", "/api/actions/s1", [{ type: "a" }, { type: "b" }]);
  expect(status).toBe(201);
  expect(body).toMatchObject({ success: true, count: 2, seq: 3, events: [{ seq: 2 }, { seq: 3 }] });
});

test("takes NDJSON as one batch, whatever its line ends", async () => {
  await using server = await startTestServer();
  const lines = '{"type":"a"}\r\n\n {"type":"b","n":12345678901234567890} \n';
  const { body } = await server.call("POST", "/api/actions/s1", lines, {
    headers: { "content-type": "application/x-ndjson; charset=utf-8" },
  });
  expect(body.count).toBe(2);
  const stored = await server.call("GET", "/api/actions/s1");
  expect(stored.text).toContain('"n":12345678901234567890');
});

test("stores nothing of a batch with one bad record", async () => {
  await using server = await startTestServer();
  await server.call("POST", "/api/sessions", { sessionId: "s1" });
  const { status, body } = await server.call("POST", "/api/actions/s1", [{ type: "a" }, { type: "b" }, { typ: "c" }]);
  expect(status).toBe(400);
  expect(body.errors).toMatchObject([{ path: "[2].type" }]);
  expect((await server.call("GET", "/api/actions/s1")).body).toEqual([]);
});

test("stores a body that was written over several lines on one line", async () => {
  await using server = await startTestServer();
  await server.call("POST", "/api/actions/s1", JSON.stringify({ type: "a", list: [1, 2] }, null, 2));
  const ndjson = await server.call("GET", "/api/sessions/s1/events", undefined, {
    headers: { accept: "application/x-ndjson" },
  });
  expect(
    ndjson.text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line).seq),
  ).toEqual([1, 2]);
});

test("shows the newest records in ascending order, and leads on by Link headers", async () => {
  await using server = await startTestServer();
  await server.call(
    "POST",
    "/api/actions/s1",
    [1, 2, 3, 4, 5].map((n) => ({ type: n % 2 ? "odd" : "even", n })),
  );
  const numbers = (body: { n: number }[]) => body.map(({ n }) => n);
  const newest = await server.call("GET", "/api/actions/s1?limit=2");
  expect(numbers(newest.body)).toEqual([4, 5]);
  const previous = /<([^>]+)>; rel="prev"/.exec(String(newest.headers.link))?.[1];
  expect(numbers((await server.call("GET", previous ?? "")).body)).toEqual([2, 3]);
  const first = await server.call("GET", "/api/actions/s1?after=0&limit=3");
  expect(numbers(first.body)).toEqual([1, 2, 3]);
  const next = /<([^>]+)>; rel="next"/.exec(String(first.headers.link))?.[1];
  const last = await server.call("GET", next ?? "");
  expect(numbers(last.body)).toEqual([4, 5]);
  expect(last.headers.link).toBeUndefined();
  expect(numbers((await server.call("GET", "/api/actions/s1?type=even")).body)).toEqual([2, 4]);
});

test("gives 200 parallel writes 200 seqs", async () => {
  await using server = await startTestServer();
  const answers = await Promise.all(
    Array.from({ length: 200 }, () => server.call("POST", "/api/actions/s1", { type: "a" })),
  );
  const seqs = answers.map(({ body }) => body.seq as number).toSorted((a, b) => a - b);
  expect(seqs).toEqual(Array.from({ length: 200 }, (_, n) => n + 2));
});

test("takes the body of a plain curl -d", async () => {
  await using server = await startTestServer();
  for (const type of ["application/x-www-form-urlencoded", "text/plain"]) {
    const { status } = await server.call("POST", "/api/actions/s1", '{"type":"a"}', {
      headers: { "content-type": type },
    });
    expect(status).toBe(201);
  }
  const { status, body } = await server.call("POST", "/api/actions/s1", '{"type":"a"}', {
    headers: { "content-type": "multipart/form-data; boundary=x" },
  });
  expect([status, body.code]).toEqual([415, "unsupported_media_type"]);
});

test("estimates what a model call cost that does not say, and leaves all else of it as it came", async () => {
  await using server = await startTestServer();
  const call =
    '{"type":"model_call","callId":"c1","model":"claude-opus-5-5","tokens":{"input":1000,"output":100},"n":1e2}';
  const own =
    '{"type":"model_call","callId":"c2","model":"claude-opus-5-5","tokens":{"input":1},"cost":{"usd":7,"source":"agent"}}';
  const unknown = '{"type":"model_call","callId":"c3","model":"no-such-model","tokens":{"input":1}}';
  await server.call("POST", "/api/actions/s1/responses", call);
  const headers = { "content-type": "application/x-ndjson" };
  await server.call("POST", "/api/actions/s1/responses", `${own}\n${unknown}`, { headers });
  const event = { type: "response", data: { ...JSON.parse(call), callId: "c4" } };
  await server.call("POST", "/api/sessions/s1/events", [event]);
  const { text, body } = await server.call("GET", "/api/actions/s1/responses");
  const estimate = { usd: 0.006, source: "estimate" };
  expect(body.map(({ cost }: { cost: unknown }) => cost)).toEqual([
    estimate,
    { usd: 7, source: "agent" },
    undefined,
    estimate,
  ]);
  expect(text).toContain('"n":1e2');
  const { metadata } = (await server.call("GET", "/api/sessions/s1")).body;
  expect(metadata.usage.priced).toEqual({ agent: 1, estimate: 2, none: 1 });
  expect(metadata.cost).toBeCloseTo(7.012);
});
