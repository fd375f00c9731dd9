import { appendFileSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test as base, vi } from "vitest";
import { openFileStore } from "../storage/file/file-store.js";
import type { SessionStore } from "../storage/session-store.js";
import { eventsIn } from "../server/testing/transcript-fixture.js";
import { startTestServer, type TestServer } from "../server/testing/test-server.js";
import { answerLine, promptLine, resultLine, systemLine, text, use } from "../server/testing/transcript-lines.js";
import { type Folder, freshFolder, startCli } from "./cli-fixture.js";

const test = base.extend<Folder>(freshFolder);

interface Running {
  server: TestServer;
  store: SessionStore;
  close(): Promise<void>;
}

async function serve(folder: string, port = 0): Promise<Running> {
  const store = await openFileStore({ path: join(folder, "s") });
  const server = await startTestServer({ store, port });
  const close = async () => {
    await server.close();
    await store.close();
  };
  return { server, store, close };
}

/** Writes lines as of now: one that is older would be of a session that nobody is at any more. */
function append(path: string, ...lines: { line: unknown }[]): void {
  const timestamp = new Date().toISOString();
  const texts = lines.map(({ line }) => `${JSON.stringify({ ...(line as object), timestamp })}\n`);
  appendFileSync(path, texts.join(""));
}

async function types(store: SessionStore, sessionId: string): Promise<string[]> {
  const events = await eventsIn(store, sessionId);
  const told = events.filter(({ type }) => type !== "metadata_updated");
  return told.map(({ type, data }) => (type === "action" || type === "response" ? String(data["type"]) : type));
}

function seen(store: () => SessionStore, sessionId: string, expected: string[]): Promise<void> {
  return vi.waitFor(async () => expect(await types(store(), sessionId)).toEqual(expected), {
    timeout: 20_000,
    interval: 50,
  });
}

const begun = ["session_created", "state_updated", "user_prompt"];
const called = [...begun, "model_call", "bash_exec"];

test("follows a transcript as it grows, through a restart of the server, until it is interrupted", async ({
  folder,
}) => {
  const project = join(folder, "c", "projects", "-work");
  mkdirSync(project, { recursive: true });
  const path = join(project, "s-1.jsonl");
  append(path, promptLine(1, "p"));
  let running = await serve(folder);
  const { port, url } = running.server;
  const watch = startCli(["import", "claude-code", "--watch", "--config-dir", join(folder, "c"), "--url", url]);
  const store = () => running.store;
  await seen(store, "s-1", begun);
  append(path, answerLine(2, [use("c")]));
  await seen(store, "s-1", called);

  await running.close();
  append(path, resultLine(3, "c"), answerLine(4, [text("Done.")], { stop: "end_turn" }));
  append(join(project, "s-2.jsonl"), promptLine(50, "q"));
  await vi.waitFor(() => expect(watch.stderr).toContain("What was read is kept meanwhile."), { timeout: 20_000 });
  running = await serve(folder, port);
  await vi.waitFor(() => expect(watch.stderr).toContain("The server is back"), { timeout: 20_000 });
  await seen(store, "s-2", begun);
  append(path, systemLine(5, "turn_duration"));
  const whole = [...called, "tool_result", "model_call", "assistant_message", "turn_end"];
  await seen(store, "s-1", whole);

  watch.signal("SIGINT");
  expect(await watch.finished).toBe(130);
  await running.close();
}, 60_000);

test("tells where a session stands once it is quiet: idle, and at work before", async ({ folder }) => {
  const project = join(folder, "c", "projects", "-work");
  mkdirSync(project, { recursive: true });
  const path = join(project, "s-1.jsonl");
  const running = await serve(folder);
  let ahead = 0;
  const now = () => Date.now() + ahead;
  append(path, promptLine(1, "p"));
  const args = ["import", "claude-code", "--watch", "--config-dir", join(folder, "c"), "--url", running.server.url];
  const watch = startCli(args, { now });
  const liveness = async () => (await running.store.readSession("s-1"))?.metadata.liveness.status;
  await vi.waitFor(async () => expect(await liveness()).toBe("running"), { timeout: 20_000 });
  append(path, answerLine(2, [text("Done.")], { stop: "end_turn" }));
  ahead = 5_000;
  await vi.waitFor(async () => expect(await liveness()).toBe("idle"), { timeout: 20_000 });
  expect(await types(running.store, "s-1")).toContain("turn_end");
  watch.signal("SIGTERM");
  await watch.finished;
  await running.close();
}, 60_000);

test("waits for a folder that is not there yet, and reads anew a transcript that was replaced", async ({ folder }) => {
  const running = await serve(folder);
  const args = ["import", "claude-code", "--watch", "--config-dir", join(folder, "c"), "--url", running.server.url];
  const watch = startCli(args);
  await vi.waitFor(() => expect(watch.stderr).toContain("Following the transcripts in"));
  const project = join(folder, "c", "projects", "-work");
  mkdirSync(project, { recursive: true });
  const path = join(project, "s-1.jsonl");
  append(path, promptLine(1, "p"), answerLine(2, [use("c")]));
  await seen(() => running.store, "s-1", called);
  rmSync(path);
  writeFileSync(path, "");
  append(path, promptLine(1, "p"), answerLine(2, [use("c")]), resultLine(3, "c"));
  await seen(() => running.store, "s-1", [...called, "tool_result"]);
  watch.signal("SIGINT");
  await watch.finished;
  await running.close();
}, 60_000);
