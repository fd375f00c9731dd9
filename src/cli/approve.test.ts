import { expect, test as base, vi } from "vitest";
import { createClient, type Client } from "../client/http-client.js";
import { startServer } from "../server/start-server.js";
import { createMemoryStore } from "../storage/memory/memory-store.js";
import { runCli, type RunOptions } from "./cli-fixture.js";

interface Running {
  client: Client;
  run(argv: string[], options?: RunOptions): ReturnType<typeof runCli>;
  /** An agent that asks for permission through the server; what it hears. */
  ask(sessionId: string, command: string): Promise<unknown>;
}

const test = base.extend<{ server: Running }>({
  server: async ({ task: _task }, use) => {
    const server = await startServer({ store: createMemoryStore(), host: "127.0.0.1", port: 0, version: "0.0.0" });
    const client = createClient({ url: server.url });
    await use({
      client,
      run: (argv, options) => runCli([...argv, "--url", server.url], { env: { NO_COLOR: "1" }, ...options }),
      ask: (sessionId, command) => askFrom(server.url, sessionId, command),
    });
    await server.close();
  },
});

async function askFrom(url: string, sessionId: string, command: string): Promise<unknown> {
  const hook = { hook_event_name: "PermissionRequest", tool_name: "Bash", tool_input: { command } };
  const body = JSON.stringify({ session_id: sessionId, ...hook });
  return (await fetch(`${url}/hooks/claude-code?approvals=60`, { method: "POST", body })).json();
}

async function waiting(client: Client, count: number) {
  return vi.waitFor(async () => {
    const approvals = await client.approvals();
    expect(approvals).toHaveLength(count);
    return approvals;
  });
}

test("without an id what waits is listed, for people and for scripts", async ({ server }) => {
  expect((await server.run(["approve"])).stdout).toBe("No agent waits for an answer.\n");
  const heard = server.ask("s1", "rm -rf build");
  const [approval] = await waiting(server.client, 1);
  const { stdout } = await server.run(["deny"], { isTTY: true });
  expect(stdout).toMatch(/^REQUEST +SESSION +TOOL +WAITS +INPUT\n/);
  expect(stdout).toMatch(new RegExp(`^${approval!.approvalId} +s1 +Bash .+rm -rf build`, "m"));
  expect(JSON.parse((await server.run(["approve", "--json"])).stdout)).toEqual([approval]);
  await server.client.decide(approval!.approvalId, "deny");
  await heard;
});

test.each([
  ["approve", "Allowed Bash ls\n", { behavior: "allow" }],
  ["deny", "Denied Bash ls\n", { behavior: "deny", message: "not now" }],
])("%s answers the agent, by the request or the session", async (verb, said, decision) => {
  const store = createMemoryStore();
  const server = await startServer({ store, host: "127.0.0.1", port: 0, version: "0.0.0" });
  await using _closing = { [Symbol.asyncDispose]: () => server.close() };
  const client = createClient({ url: server.url });
  const reason = verb === "deny" ? ["--reason", "not now"] : [];
  for (const meant of ["request", "session"]) {
    const heard = askFrom(server.url, "s1", "ls");
    const [approval] = await waiting(client, 1);
    const id = meant === "request" ? approval!.approvalId.slice(0, 6) : "s1";
    expect((await runCli([verb, id, ...reason, "--url", server.url])).stdout).toBe(said);
    expect(await heard).toMatchObject({ hookSpecificOutput: { decision } });
  }
});

test("a session that asks for several things needs the request's own id", async ({ server }) => {
  const heard = [server.ask("s1", "ls"), server.ask("s1", "pwd")];
  const approvals = await waiting(server.client, 2);
  const { code, stderr } = await server.run(["approve", "s1"]);
  expect(code).toBe(2);
  for (const { approvalId } of approvals) expect(stderr).toContain(approvalId);
  await Promise.all(approvals.map(({ approvalId }) => server.client.decide(approvalId, "deny")));
  await Promise.all(heard);
});

test("an answer to nothing says so", async ({ server }) => {
  for (const verb of ["approve", "deny"]) {
    expect(await server.run([verb, "5f2c9a01be77"])).toEqual({
      code: 1,
      stdout: "",
      stderr: `claude-sessions: No agent waits for an answer to '5f2c9a01be77'. 'claude-sessions ${verb}' lists what waits.\n`,
    });
  }
  const heard = server.ask("nightly-build", "ls");
  const [approval] = await waiting(server.client, 1);
  expect((await server.run(["approve", "nightly-bild"])).stderr).toContain("Did you mean 'nightly-build'?");
  await server.client.decide(approval!.approvalId, "deny");
  await heard;
});
