import { expect, onTestFinished, test } from "vitest";
import { createClient } from "../../client/http-client.js";
import { createMemoryStore } from "../../storage/memory/memory-store.js";
import { startTestServer } from "../testing/test-server.js";

const start = async () => {
  let now = Date.parse("2026-03-10T12:00:00.000Z");
  const server = await startTestServer({ now: () => now, store: createMemoryStore({ now: () => now }) });
  onTestFinished(() => server.close());
  const client = createClient({ url: server.url });
  return { server, client, later: (ms: number) => (now += ms) };
};

function modelCall(day: string, model: string, total: number, usd: number) {
  const tokens = { input: total, output: 0 };
  const data = {
    type: "model_call",
    callId: `${model}-${day}-${total}`,
    model,
    tokens,
    cost: { usd, source: "estimate" },
  };
  return { type: "response" as const, data, timestamp: `${day}T10:00:00.000Z` };
}

test("sums tokens and cost by day, user and model", async () => {
  const { server, client } = await start();
  await client.createSession({ sessionId: "a", userId: "ada" });
  await client.createSession({ sessionId: "b", userId: "ada" });
  await client.createSession({ sessionId: "c" });
  await client.appendMany("a", [modelCall("2026-03-09", "small", 10, 0.1), modelCall("2026-03-10", "large", 5, 1)]);
  await client.appendMany("b", [modelCall("2026-03-10", "small", 20, 0.2)]);
  await client.patchMetadata("c", { "tokenUsage.input": 7, cost: 0.5, model: "other" });
  const { body } = await server.call("GET", "/api/query/usage?days=2");
  expect(body).toEqual({
    since: "2026-03-09",
    sessions: 3,
    complete: true,
    total: { key: "", sessions: 3, calls: 3, tokens: 42, cost: 1.8 },
    days: [
      { key: "2026-03-09", sessions: 1, calls: 1, tokens: 10, cost: 0.1 },
      { key: "2026-03-10", sessions: 3, calls: 2, tokens: 32, cost: 1.7 },
    ],
    users: [
      { key: "ada", sessions: 2, calls: 3, tokens: 35, cost: 1.3 },
      { key: "", sessions: 1, calls: 0, tokens: 7, cost: 0.5 },
    ],
    models: [
      { key: "large", sessions: 1, calls: 1, tokens: 5, cost: 1 },
      { key: "other", sessions: 1, calls: 0, tokens: 7, cost: 0.5 },
      { key: "small", sessions: 2, calls: 2, tokens: 30, cost: 0.3 },
    ],
  });
});

test("leaves out other users, and sessions and days from before", async () => {
  const { server, client, later } = await start();
  await client.createSession({ sessionId: "old", userId: "ada" });
  later(5 * 86_400_000);
  await client.createSession({ sessionId: "new", userId: "ada" });
  await client.createSession({ sessionId: "another", userId: "bob" });
  await client.appendMany("new", [modelCall("2026-03-01", "m", 1, 1), modelCall("2026-03-14", "m", 2, 2)]);
  const { body } = await server.call("GET", "/api/query/usage?days=3&user=ada");
  expect(body).toMatchObject({ since: "2026-03-13", sessions: 1, users: [{ key: "ada", sessions: 1 }] });
  expect(body.days.map(({ key }: { key: string }) => key)).toEqual(["2026-03-14"]);
});

test("asks the storage again only after a moment", async () => {
  const { server, client, later } = await start();
  const sessions = async () => (await server.call("GET", "/api/query/usage")).body.sessions as number;
  expect(await sessions()).toBe(0);
  await client.createSession({ sessionId: "a" });
  expect(await sessions()).toBe(0);
  later(5_000);
  expect(await sessions()).toBe(1);
});

test("sums what is beyond the largest twenty", async () => {
  const { server, client } = await start();
  for (let user = 1; user <= 22; user++) {
    await client.createSession({ sessionId: `s${user}`, userId: `u${user}` });
    await client.patchMetadata(`s${user}`, { cost: user });
  }
  const { body } = await server.call("GET", "/api/query/usage");
  expect(body.users).toHaveLength(21);
  expect(body.users[0]).toMatchObject({ key: "u22", cost: 22 });
  expect(body.users.at(-1)).toMatchObject({ key: "(other)", sessions: 2, cost: 3 });
});

test("tells how long tools take and how often they fail, the slowest first", async () => {
  const { server, client } = await start();
  const result = (tool: string, status: string, durationMs?: number, message?: string) => ({
    type: "tool_result",
    toolCallId: `${tool}${status}${durationMs}`,
    tool,
    status,
    durationMs,
    ...(message !== undefined && { error: { message } }),
  });
  await client.appendResponses("a", [
    { type: "assistant_message", text: "not a tool" },
    ...[1, 2, 3, 4].map((ms) => result("Read", "ok", ms)),
    result("Read", "denied"),
    result("Bash", "error", 900, "exit code 1"),
    result("mystery", "ok"),
  ]);
  await client.appendResponses("b", [result("Bash", "ok", 100)]);
  const { body } = await server.call("GET", "/api/query/tools");
  expect(body).toEqual({
    sessions: 2,
    results: 8,
    tools: [
      { tool: "Bash", calls: 2, failed: 1, denied: 0, medianMs: 100, p95Ms: 900, longestMs: 900 },
      { tool: "Read", calls: 5, failed: 0, denied: 1, medianMs: 2, p95Ms: 4, longestMs: 4 },
      { tool: "mystery", calls: 1, failed: 0, denied: 0, medianMs: null, p95Ms: null, longestMs: null },
    ],
    failures: [expect.objectContaining({ sessionId: "a", seq: 8, tool: "Bash", message: "exit code 1" })],
  });
});
