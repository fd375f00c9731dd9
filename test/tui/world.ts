import { createClient, type Client } from "../../src/client/http-client.js";
import { temporaryFolder } from "../../src/testing/temporary-folder.js";
import { startServerProcess, type ServerProcess } from "../support/server-process.js";

/** A server with sessions in it, and agents at work. */
export interface World extends AsyncDisposable {
  server: ServerProcess;
  storage: string;
  client: Client;
}

export async function createWorld(): Promise<World> {
  const folder = temporaryFolder();
  const server = await startServerProcess(folder.path);
  return {
    server,
    storage: folder.path,
    client: createClient({ url: server.url }),
    async [Symbol.asyncDispose]() {
      await server.stop();
      folder.remove();
    },
  };
}

/** A session that has something for every pane: `shop`. */
export async function addShop(client: Client): Promise<void> {
  const id = "shop";
  await client.createSession({
    sessionId: id,
    userId: "ana",
    tags: ["web"],
    initial: { config: { model: "model-x" } },
  });
  await client.patchState(id, {
    phase: "building",
    currentStep: "Write the tests",
    budget: { usd: 5, nested: { deep: "treasure" } },
  });
  await client.addGoal(id, { goalId: "g1", description: "Read the ticket" });
  await client.addGoal(id, { goalId: "g2", description: "Cover discounts" });
  await client.updateGoal(id, "g1", { status: "completed" });
  await client.spawnAgent(id, { agentId: "a1", type: "tester", task: "Write unit tests" });
  await client.spawnAgent(id, { agentId: "a2", type: "reader", task: "Read the rules", parentAgentId: "a1" });
  await client.completeAgent(id, "a2");
  await client.appendActions(id, [{ type: "user_prompt", text: "Move the price summary", turn: "t1" }]);
  await client.appendAction(id, call("c1", "Bash", { command: "npm test" }));
  await client.appendResponse(id, result("c1", "Bash", { status: "ok", result: "12 passed", durationMs: 1_200 }));
  await client.appendAction(id, call("c2", "Bash", { command: "npm run lint" }));
  await client.appendResponse(id, result("c2", "Bash", { status: "error", error: { message: "no-unused-vars" } }));
  await client.appendResponse(id, { type: "assistant_message", text: "All but the lint is done", turn: "t1" });
}

function call(toolCallId: string, tool: string, input: object) {
  return { type: "bash_exec", tool, toolCallId, input, turn: "t1" };
}

function result(toolCallId: string, tool: string, rest: object) {
  return { type: "tool_result", tool, toolCallId, turn: "t1", ...rest };
}

export interface Load extends AsyncDisposable {
  /** Events that the server has acknowledged. */
  readonly sent: number;
}

/** Agents that do `perSecond` things a second between them, until it is disposed of. */
export function startLoad(client: Client, sessions: readonly string[], perSecond: number): Load {
  let sent = 0;
  const stopped = new AbortController();
  const pause = 50;
  const done = (async () => {
    while (!stopped.signal.aborted) {
      const batch = Math.max(1, Math.round((perSecond * pause) / 1_000 / sessions.length));
      for (const id of sessions) {
        const events = Array.from({ length: batch }, (_, index) => messageEvent(sent + index + 1));
        await client.appendMany(id, events);
        sent += batch;
      }
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  })();
  return {
    get sent() {
      return sent;
    },
    async [Symbol.asyncDispose]() {
      stopped.abort();
      await done;
    },
  };
}

/** A message that says its number: `tick 17`. */
export function messageEvent(number: number) {
  return { type: "response" as const, data: { type: "assistant_message", text: `tick ${number} of the load` } };
}
