import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { setTimeout as delay } from "node:timers/promises";
import { AppError } from "../../core/errors.js";
import { tryOutId } from "../../core/ids.js";
import { createClient, type Client } from "../../client/http-client.js";
import type { CliContext } from "../context.js";
import { nodeFetch } from "../node-fetch.js";
import type { AgentName } from "./agents.js";

export type SelfTest =
  | { outcome: "passed"; sessionId: string; seq: number; milliseconds: number }
  | { outcome: "no_server"; message: string }
  | { outcome: "failed"; message: string };

const patienceMs = 5_000;
const pollMs = 20;

/**
 * Sends a hook input the way the agent will: through the program that its settings name. Then it is
 * looked for on the server, and its session removed.
 */
export async function selfTest(
  name: AgentName,
  url: string,
  words: readonly string[],
  context: CliContext,
): Promise<SelfTest> {
  const client = createClient({ url, fetch: nodeFetch, timeoutMs: patienceMs });
  try {
    await client.health();
  } catch (error) {
    return { outcome: "no_server", message: (error as Error).message };
  }
  const sessionId = tryOutId(randomBytes(10));
  const started = performance.now();
  try {
    await runHook(words, syntheticInput(name, sessionId, context.cwd), name === "codex", context.env);
    const seq = await arrival(client, sessionId);
    if (seq !== undefined)
      return { outcome: "passed", sessionId, seq, milliseconds: Math.round(performance.now() - started) };
    return {
      outcome: "failed",
      message: `A hook input was sent with '${words[0]}', and within ${patienceMs / 1000} s no session of it came up at ${url}. 'claude-sessions doctor' looks for the reason.`,
    };
  } catch (error) {
    return { outcome: "failed", message: (error as Error).message };
  } finally {
    await client.deleteSession(sessionId).catch(() => {});
  }
}

const prompt = "A self-test of claude-sessions connect; nobody asked for anything.";

function syntheticInput(name: AgentName, sessionId: string, cwd: string): string {
  if (name === "codex") {
    const turn = { "turn-id": "self-test", "input-messages": [prompt], "last-assistant-message": "It works." };
    return JSON.stringify({
      type: "agent-turn-complete",
      "thread-id": sessionId,
      cwd,
      client: "claude-sessions",
      ...turn,
    });
  }
  const event = name === "gemini" ? "BeforeAgent" : "UserPromptSubmit";
  return JSON.stringify({ session_id: sessionId, cwd, hook_event_name: event, prompt_id: "self-test", prompt });
}

function runHook(words: readonly string[], input: string, asArgument: boolean, env: CliContext["env"]): Promise<void> {
  const [program = "", ...args] = asArgument ? [...words, input] : words;
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: [asArgument ? "ignore" : "pipe", "ignore", "ignore"],
      env,
      timeout: patienceMs,
    });
    child.on("error", (cause) =>
      reject(new AppError("usage", `The hook program '${program}' does not start: ${cause.message}.`, { cause })),
    );
    child.on("close", (code) => {
      if (code === 0) resolve();
      else reject(new AppError("internal", `The hook program ended with ${code}; it has to end with 0.`));
    });
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
  });
}

async function arrival(client: Client, sessionId: string): Promise<number | undefined> {
  const deadline = performance.now() + patienceMs;
  while (performance.now() < deadline) {
    const events = await client.listEvents(sessionId, { limit: 10 }).catch((error: unknown) => {
      if (error instanceof AppError && error.code === "session_not_found") return [];
      throw error;
    });
    const found = events.find(({ data }) => JSON.stringify(data).includes(prompt));
    if (found) return found.seq;
    await delay(pollMs);
  }
  return undefined;
}
