import { describe, expect, test, vi } from "vitest";
import { request as httpRequest } from "node:http";
import type { SessionEvent } from "../../core/event.js";
import { startTestServer, type Answered, type TestServer } from "../testing/test-server.js";

const request = (hook: object) => ({ session_id: "s1", cwd: "/work", prompt_id: "p1", ...hook });
const prompt = request({ hook_event_name: "UserPromptSubmit", prompt: "clean up" });
const preToolUse = request({
  hook_event_name: "PreToolUse",
  tool_name: "Bash",
  tool_input: { command: "rm -rf build" },
  tool_use_id: "t1",
});
const permission = request({
  hook_event_name: "PermissionRequest",
  tool_name: "Bash",
  tool_input: { command: "rm -rf build" },
});

interface Asking {
  approvalId: string;
  answer: Promise<Answered>;
}

/** An agent that has asked for permission, and waits. */
async function ask(server: TestServer, input: object = permission): Promise<Asking> {
  await server.call("POST", "/hooks/claude-code", prompt);
  await server.call("POST", "/hooks/claude-code", preToolUse);
  const answer = server.call("POST", "/hooks/claude-code?approvals=60", input);
  return { approvalId: await waiting(server), answer };
}

async function waiting(server: TestServer): Promise<string> {
  return vi.waitFor(async () => {
    const { body } = await server.call("GET", "/api/query/recent");
    const approvalId: string | undefined = body[0]?.liveness?.waitingFor?.approvalId;
    expect(approvalId).toBeTypeOf("string");
    return approvalId!;
  });
}

async function log(server: TestServer): Promise<SessionEvent[]> {
  return (await server.call("GET", "/api/sessions/s1/events?after=0")).body;
}

describe("an agent that asks for permission through the server", () => {
  test("is shown with what it wants to do, as waiting", async () => {
    await using server = await startTestServer();
    const { approvalId, answer } = await ask(server);
    const { body } = await server.call("GET", "/api/approvals");
    expect(body.approvals).toEqual([
      {
        approvalId,
        sessionId: "s1",
        tool: "Bash",
        input: { command: "rm -rf build" },
        message: "Permission to use Bash is needed.",
        requestedAt: expect.any(String) as string,
        expiresAt: expect.any(String) as string,
      },
    ]);
    expect((await server.call("GET", "/api/approvals?session=other")).body.approvals).toEqual([]);
    expect((await server.call("GET", "/api/sessions/s1")).body.metadata.liveness).toMatchObject({
      status: "waiting",
      waitingFor: { kind: "permission", tool: "Bash", approvalId },
    });
    await server.call("POST", `/api/approvals/${approvalId}`, { decision: "allow" });
    await answer;
  });

  test.each([
    ["allow", undefined, "allowed", { behavior: "allow" }],
    ["deny", "not on a Friday", "denied", { behavior: "deny", message: "not on a Friday" }],
  ])("hears %s, which is in the log by then", async (decision, reason, outcome, said) => {
    await using server = await startTestServer();
    const { approvalId, answer } = await ask(server);
    const decided = await server.call("POST", `/api/approvals/${approvalId}`, { decision, reason });
    expect(decided).toMatchObject({ status: 200, body: { success: true, approvalId, sessionId: "s1", decision } });
    const { status, body } = await answer;
    expect(status).toBe(200);
    expect(body).toEqual({ hookSpecificOutput: { hookEventName: "PermissionRequest", decision: said } });
    const ended = (await log(server)).find(({ data }) => data["type"] === "wait_ended")!;
    expect(ended).toMatchObject({ seq: decided.body.seq, data: { kind: "permission", outcome, approvalId } });
    expect(ended.data["reason"]).toBe(reason);
    expect((await server.call("GET", "/api/sessions/s1")).body.metadata.liveness.status).toBe("running");
  });

  test("is answered once", async () => {
    await using server = await startTestServer();
    const { approvalId, answer } = await ask(server);
    const answers = await Promise.all(
      ["allow", "deny"].map((decision) => server.call("POST", `/api/approvals/${approvalId}`, { decision })),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
    await answer;
    expect((await log(server)).filter(({ data }) => data["type"] === "wait_ended")).toHaveLength(1);
  });

  test("asks by itself once nobody answered in time", async () => {
    const timers: { run: () => void; milliseconds: number }[] = [];
    const setTimer = (run: () => void, milliseconds: number) => {
      timers.push({ run, milliseconds });
      return () => {};
    };
    await using server = await startTestServer({ agents: { setTimer } });
    const { approvalId, answer } = await ask(server);
    for (const { run, milliseconds } of timers) if (milliseconds === 60_000) run();
    expect(await answer).toMatchObject({ status: 200, body: {} });
    const late = await server.call("POST", `/api/approvals/${approvalId}`, { decision: "allow" });
    expect(late).toMatchObject({ status: 409, body: { code: "approval_closed" } });
    expect((await server.call("GET", "/api/sessions/s1")).body.metadata.liveness.status).toBe("waiting");
  });

  test("waits no longer once it went on, answered where it runs", async () => {
    await using server = await startTestServer();
    const { approvalId, answer } = await ask(server);
    const ran = request({ ...preToolUse, hook_event_name: "PostToolUse", tool_response: "done" });
    await server.call("POST", "/hooks/claude-code", ran);
    expect(await answer).toMatchObject({ status: 200, body: {} });
    expect((await server.call("GET", "/api/approvals")).body.approvals).toEqual([]);
    const late = await server.call("POST", `/api/approvals/${approvalId}`, { decision: "allow" });
    expect(late).toMatchObject({ status: 409, body: { code: "approval_closed" } });
  });

  test("that goes away waits no longer", async () => {
    await using server = await startTestServer();
    await server.call("POST", "/hooks/claude-code", prompt);
    const body = JSON.stringify(permission);
    const headers = { "content-length": Buffer.byteLength(body) };
    const options = { host: "127.0.0.1", port: server.port, path: "/hooks/claude-code?approvals=60", headers };
    const agent = httpRequest({ ...options, method: "POST" }).on("error", () => {});
    agent.end(body);
    await waiting(server);
    agent.destroy();
    await vi.waitFor(async () => {
      expect((await server.call("GET", "/api/approvals")).body.approvals).toEqual([]);
    });
  });

  test("shows no secret of what it wants to do", async () => {
    await using server = await startTestServer();
    const key = `sk-ant-api03-${"a1B2".repeat(24)}`;
    const { approvalId, answer } = await ask(server, {
      ...permission,
      tool_input: { command: `curl -H 'x-api-key: ${key}'` },
    });
    expect((await server.call("GET", "/api/approvals")).text).not.toContain(key);
    await server.call("POST", `/api/approvals/${approvalId}`, { decision: "deny" });
    await answer;
  });

  test("is let go when the server stops", async () => {
    const server = await startTestServer();
    const { answer } = await ask(server);
    await server.close();
    expect((await answer).body).toEqual({});
  });
});

test("a hook that asks for nothing is answered at once, whatever its address says", async () => {
  await using server = await startTestServer();
  expect((await server.call("POST", "/hooks/claude-code?approvals=60", prompt)).body).toEqual({});
});

test.each([
  [{ decision: "maybe" }, 400, "decision"],
  [{ decision: "allow", resaon: "x" }, 400, "resaon"],
])("a decision like %j is refused with its path", async (decision, status, path) => {
  await using server = await startTestServer();
  const { approvalId, answer } = await ask(server);
  const refused = await server.call("POST", `/api/approvals/${approvalId}`, decision);
  expect(refused).toMatchObject({ status, body: { errors: [{ path }] } });
  await server.call("POST", `/api/approvals/${approvalId}`, { decision: "allow" });
  await answer;
});

test("an answer to nothing is a 404 that says where the requests are", async () => {
  await using server = await startTestServer();
  const { status, body } = await server.call("POST", "/api/approvals/5f2c9a01be77", { decision: "allow" });
  expect({ status, code: body.code }).toEqual({ status: 404, code: "approval_not_found" });
  expect(body.detail).toContain("GET /api/approvals");
});
