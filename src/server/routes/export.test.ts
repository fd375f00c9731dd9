import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { SessionEvent } from "../../core/event.js";
import { temporaryFolder } from "../../testing/temporary-folder.js";
import { startTestServer, type TestServer } from "../testing/test-server.js";

async function withSession(server: TestServer): Promise<void> {
  await server.call("POST", "/api/sessions", { sessionId: "s1", userId: "ada" });
  for (let index = 0; index < 5; index++) await server.call("POST", "/api/actions/s1", { type: "tool_call", index });
  await server.call("POST", "/api/actions/s1/responses", { type: "tool_result", text: "grüße" });
  await server.call("POST", "/api/state/s1/goals", { description: "land" });
}

test("gives a session as a file of lines", async () => {
  await using server = await startTestServer();
  await withSession(server);
  const { status, headers, text } = await server.call("GET", "/api/sessions/s1/export?format=ndjson");
  expect(status).toBe(200);
  expect(headers["content-disposition"]).toBe('attachment; filename="s1.ndjson"');
  const events = (await server.call("GET", "/api/sessions/s1/events")).body as SessionEvent[];
  expect(
    text
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line)),
  ).toEqual(events);
});

test("gives a session as the folder that a storage has", async () => {
  await using server = await startTestServer();
  using folder = temporaryFolder();
  await withSession(server);
  const response = await fetch(`${server.url}/api/sessions/s1/export?format=folder`);
  expect(response.headers.get("content-disposition")).toBe('attachment; filename="s1.tar.gz"');
  const archive = Buffer.from(await response.arrayBuffer());
  execFileSync("tar", ["-xzf", "-", "-C", folder.path], { input: archive });

  const read = (name: string) => readFileSync(join(folder.path, "s1", name), "utf8");
  expect(readdirSync(join(folder.path, "s1")).sort()).toEqual([
    "actions.jsonl",
    "changes.jsonl",
    "initial.json",
    "metadata.json",
    "responses.jsonl",
    "state.json",
  ]);
  const { metadata, state, actions, responses } = (await server.call("GET", "/api/sessions/s1")).body;
  expect(JSON.parse(read("metadata.json"))).toEqual(metadata);
  expect(JSON.parse(read("state.json"))).toEqual(state);
  const lines = (name: string) =>
    read(name)
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
  expect(lines("actions.jsonl")).toEqual(actions);
  expect(lines("responses.jsonl")).toEqual(responses);
  expect(lines("changes.jsonl").map(({ type }) => type)).toEqual(["session_created", "goal_added"]);
});

test("says that there is no such session, and no such format", async () => {
  await using server = await startTestServer();
  expect((await server.call("GET", "/api/sessions/none/export")).body).toMatchObject({ code: "session_not_found" });
  await withSession(server);
  expect((await server.call("GET", "/api/sessions/s1/export?format=exe")).body).toMatchObject({
    code: "invalid_input",
  });
});
