import { expect, test as base } from "vitest";
import { startServer } from "../server/start-server.js";
import { createMemoryStore } from "../storage/memory/memory-store.js";
import { createClient, type Client } from "./http-client.js";

const test = base.extend<{ url: string; client: Client }>({
  url: async ({ task: _task }, use) => {
    const store = createMemoryStore();
    const server = await startServer({ store, host: "127.0.0.1", port: 0, version: "0.0.0", maxBodyBytes: 10_000 });
    await use(server.url);
    await server.close();
    await store.close();
  },
  client: async ({ url }, use) => use(createClient({ url: `${url}/` })),
});

test("a session from its creation to its end", async ({ client }) => {
  expect(await client.createSession({ sessionId: "s", userId: "ada", tags: ["t"] })).toMatchObject({
    success: true,
    sessionId: "s",
    seq: 1,
  });
  expect(await client.createSession({ sessionId: "s" }, { ifExists: "resume" })).toMatchObject({
    resumed: true,
    seq: 1,
  });
  expect(await client.appendAction("s", { type: "tool_call", tool: "grep" })).toMatchObject({ success: true, seq: 2 });
  expect(await client.appendResponse("s", { type: "message", text: "found" })).toMatchObject({ seq: 3 });
  expect(await client.addGoal("s", { description: "Find it", goalId: "g" })).toMatchObject({
    goalId: "g",
    status: "pending",
  });
  expect(await client.updateGoal("s", "g", { status: "completed" })).toMatchObject({ status: "completed" });
  expect(await client.spawnAgent("s", { type: "searcher", agentId: "a" })).toMatchObject({
    agentId: "a",
    status: "active",
  });
  expect(await client.completeAgent("s", "a", { result: 42 })).toMatchObject({ status: "completed" });
  const patched = await client.patchState("s", { phase: "searching" });
  expect(await client.getState("s")).toMatchObject({
    version: patched.version,
    phase: "searching",
    goals: [{ goalId: "g" }],
  });
  expect(await client.getState("s", { at: 1 })).toMatchObject({ goals: [] });
  await client.patchMetadata("s", { "tokenUsage.input": "+5" });
  expect((await client.getSession("s", { limit: 1 })).metadata).toMatchObject({
    userId: "ada",
    tokenUsage: { input: 5 },
  });
  await client.finalize("s", { status: "failed" });
  expect((await client.getSession("s")).metadata.status).toBe("failed");
  await client.reopen("s");
  expect(await client.active()).toMatchObject([{ sessionId: "s" }]);
  await client.deleteSession("s");
  await expect(client.getSession("s")).rejects.toMatchObject({ code: "session_not_found" });
});

test("batches are one acknowledgement each, and pages lead through the log", async ({ client }) => {
  const written = await client.appendActions("s", [{ type: "a" }, { type: "b" }]);
  expect(written.events.map(({ seq }) => seq)).toEqual([2, 3]);
  await client.appendResponses("s", [{ type: "c" }]);
  await client.appendMany("s", [
    { type: "action", data: { type: "d", text: "line\nbreak" } },
    { type: "goal_added", data: { goalId: "g", description: "x" }, eventId: "mine" },
  ]);
  expect((await client.listEvents("s", { after: 1, limit: 2 })).map(({ seq }) => seq)).toEqual([2, 3]);
  expect((await client.listEvents("s", { types: ["response", "goal_added"] })).map(({ eventId }) => eventId)).toEqual([
    expect.any(String),
    "mine",
  ]);
  expect((await client.listActions("s", { limit: 1 })).map(({ type }) => type)).toEqual(["d"]);
  expect(await client.listResponses("s")).toHaveLength(1);
  const seqs: number[] = [];
  for await (const { seq } of client.streamEvents("s")) seqs.push(seq);
  expect(seqs).toEqual([1, 2, 3, 4, 5, 6]);
});

test("the same event id again gives the first answer", async ({ client }) => {
  const first = await client.appendAction("s", { type: "t" }, { eventId: "once" });
  expect(await client.appendAction("s", { type: "t" }, { eventId: "once" })).toEqual(first);
  expect(await client.listEvents("s")).toHaveLength(2);
});

test("queries", async ({ client }) => {
  await client.createSession({ sessionId: "one", userId: "ada" });
  await client.createSession({ sessionId: "two", userId: "bob", tags: ["x"] });
  await client.appendAction("two", { type: "tool_call", text: "the needle" });
  expect((await client.recent({ limit: 1 })).map(({ sessionId }) => sessionId)).toEqual(["two"]);
  expect((await client.listSessions({ tag: "x" })).sessions.map(({ sessionId }) => sessionId)).toEqual(["two"]);
  expect((await client.sessionsOfUser("ada")).map(({ sessionId }) => sessionId)).toEqual(["one"]);
  expect(await client.stats()).toMatchObject({ total: 2, active: 2, activeSessions: 2 });
  expect((await client.search({ q: "needle", user: "bob" })).hits).toMatchObject([{ sessionId: "two", seq: 2 }]);
  expect(await client.health()).toMatchObject({ status: "ok" });
});

test("errors carry the server's code, message and the paths of what is wrong", async ({ client }) => {
  await client.createSession({ sessionId: "s" });
  await expect(client.createSession({ sessionId: "s" })).rejects.toMatchObject({
    name: "AppError",
    code: "session_exists",
    status: 409,
  });
  await expect(client.updateGoal("s", "nope", { status: "failed" })).rejects.toMatchObject({ code: "goal_not_found" });
  await expect(client.patchState("s", { phase: "x" }, { ifVersion: 99 })).rejects.toMatchObject({
    code: "version_conflict",
  });
  await expect(client.addGoal("s", { description: "" })).rejects.toMatchObject({
    code: "invalid_input",
    issues: [expect.objectContaining({ path: "description" })],
  });
  await expect(client.appendAction("s", { type: "t", text: "x".repeat(20_000) })).rejects.toMatchObject({
    code: "body_too_large",
  });
  await expect(client.getState("a/../b")).rejects.toMatchObject({ code: "invalid_session_id" });
});

test("nobody there is no_server, with the URL and how to start one", async ({ url }) => {
  const refused = createClient({
    url: "http://localhost:9000",
    fetch: () =>
      Promise.reject(new TypeError("fetch failed", { cause: Object.assign(new Error(), { code: "ECONNREFUSED" }) })),
  });
  await expect(refused.health()).rejects.toMatchObject({
    code: "no_server",
    exitCode: 3,
    message:
      "No server answers at http://localhost:9000 (connection refused). Start one with 'claude-sessions serve', or name another with --url or SESSION_SERVICE_URL.",
  });
  const silent = createClient({
    url,
    timeoutMs: 5,
    fetch: (_input, init) =>
      new Promise((_resolve, reject) =>
        init?.signal?.addEventListener("abort", () => reject(init.signal!.reason as Error)),
      ),
  });
  await expect(silent.health()).rejects.toMatchObject({
    code: "no_server",
    message: expect.stringContaining("timed out"),
  });
});

test("an answer of some other program is told apart from a server's own", async () => {
  const answering = (body: string, init?: ResponseInit) =>
    createClient({ url: "http://localhost", fetch: async () => new Response(body, init) });
  await expect(answering("<html>", { status: 502, statusText: "Bad Gateway" }).health()).rejects.toMatchObject({
    code: "internal",
    message: expect.stringContaining("502 Bad Gateway and no problem document"),
  });
  await expect(answering("<html>").health()).rejects.toMatchObject({
    code: "no_server",
    message: expect.stringContaining("other than JSON"),
  });
});

test("an abort stays an abort", async ({ client }) => {
  await client.createSession({ sessionId: "s" });
  const reason = new Error("enough");
  const stream = client.streamEvents("s", { signal: AbortSignal.abort(reason) });
  await expect(stream.next()).rejects.toBe(reason);
});

test.each(["localhost:9000", "ftp://host", "", "/api"])("refuses %j as a server's URL", (url) => {
  expect(() => createClient({ url })).toThrow(expect.objectContaining({ code: "usage" }));
});
