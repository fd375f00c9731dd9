import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { execa } from "execa";
import { expect, test } from "vitest";
import type { SessionEvent } from "../../src/core/event.js";
import { startTestServer, type TestServer } from "../../src/server/testing/test-server.js";
import { temporaryFolder } from "../../src/testing/temporary-folder.js";
import { pythonPath } from "../support/python.js";
import { startServerProcess } from "../support/server-process.js";

const root = join(import.meta.dirname, "..", "..");
const launcher = join(root, "bin", "claude-sessions.js");
const guide = readFileSync(join(root, "docs", "opentelemetry.md"), "utf8");
const [snippet = ""] = /^```sh\npip install .*?^```$/ms.exec(guide) ?? [];

/** What the guide's snippet exports, with the test's server in place of the one at the standard port. */
function exported(url: string): Record<string, string> {
  const lines = [...snippet.matchAll(/^export (\w+)=(.*)$/gm)];
  return Object.fromEntries(lines.map(([, name, value]) => [name!, value!.replace("http://localhost:9000", url)]));
}

/** Runs the app as the snippet does. */
async function runApp(server: TestServer, argv: readonly string[], env: Record<string, string> = {}) {
  const instrument = join(dirname(pythonPath()), "opentelemetry-instrument");
  const app = join(import.meta.dirname, "langgraph_app.py");
  const path = `${dirname(pythonPath())}:${process.env["PATH"] ?? ""}`;
  return execa(instrument, ["python", app, ...argv], {
    env: { ...exported(server.url), PATH: path, PYTHONDONTWRITEBYTECODE: "1", ...env },
  });
}

async function eventsOf(server: TestServer, sessionId: string): Promise<SessionEvent[]> {
  return (await server.call("GET", `/api/sessions/${sessionId}/events`)).body;
}

function told(events: readonly SessionEvent[], type: string): Record<string, unknown>[] {
  return events.filter(({ data }) => data["type"] === type).map(({ data }) => data);
}

test("a LangGraph app is told by what the guide's variables export", { timeout: 60_000 }, async () => {
  await using server = await startTestServer();
  const { stdout } = await runApp(server, ["Innsbruck", "thread-7"]);
  expect(stdout).toBe("I heard: Sunny in Innsbruck");

  const events = await eventsOf(server, "thread-7");
  const { metadata } = (await server.call("GET", "/api/sessions/thread-7")).body;
  const steps = told(events, "step_start");
  const idOf = (name: string) => steps.find((step) => step["name"] === name)!["stepId"];
  expect(told(events, "user_prompt")).toMatchObject([{ text: "How is the weather in Innsbruck?", from: "person" }]);
  expect(steps.map(({ name }) => name)).toEqual(["LangGraph", "agent", "route", "tools", "agent", "route"]);
  expect(steps.filter(({ name }) => name === "agent" || name === "tools").map((step) => step["parentStepId"])).toEqual(
    Array.from({ length: 3 }, () => idOf("LangGraph")),
  );
  expect(told(events, "step_end").map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => "ok"));
  expect(told(events, "tool_call")).toMatchObject([
    { tool: "weather", toolCallId: "call_innsbruck", step: idOf("tools"), source: "langgraph" },
  ]);
  expect(told(events, "tool_result")).toMatchObject([{ toolCallId: "call_innsbruck", status: "ok" }]);
  expect(JSON.stringify(told(events, "tool_result")[0]!["result"])).toContain("Sunny in Innsbruck");
  expect(told(events, "model_call")).toMatchObject(
    Array.from({ length: 2 }, () => ({ model: "claude-opus-5-5", tokens: { input: 100, output: 20 } })),
  );
  expect(told(events, "assistant_message")).toMatchObject([{ text: "I heard: Sunny in Innsbruck" }]);
  expect(metadata).toMatchObject({
    model: "claude-opus-5-5",
    tokenUsage: { input: 200, output: 40, total: 240 },
    cost: 0.0016,
    usage: { calls: 2, costSource: "estimate" },
    metrics: { toolCalls: 1 },
    tags: ["langgraph"],
  });
  const times = events.map(({ timestamp }) => Date.parse(timestamp));
  expect(times).toEqual(times.toSorted((a, b) => a - b));
});

test("a tool of the app that fails is told with its error", { timeout: 60_000 }, async () => {
  await using server = await startTestServer();
  await runApp(server, ["Atlantis", "thread-8"]);
  const [result] = told(await eventsOf(server, "thread-8"), "tool_result");
  expect(result).toMatchObject({ status: "error", error: { message: "no such city", type: "ValueError" } });
});

test("the resource names the session and the person where the app names none", { timeout: 60_000 }, async () => {
  await using server = await startTestServer();
  const [line = ""] = /^export OTEL_RESOURCE_ATTRIBUTES=.*$/m.exec(guide) ?? [];
  const expand = `${line}; printf %s "$OTEL_RESOURCE_ATTRIBUTES"`;
  const { stdout: attributes } = await execa("sh", ["-c", expand], { env: { SESSION_ID: "container-7", USER: "ann" } });
  await runApp(server, ["Innsbruck"], { OTEL_RESOURCE_ATTRIBUTES: attributes, OTEL_EXPORTER_OTLP_COMPRESSION: "gzip" });
  const { metadata } = (await server.call("GET", "/api/sessions/container-7")).body;
  expect([metadata.userId, metadata.usage.calls]).toEqual(["ann", 2]);
});

test("the guide's span, sent by hand, is read back as the guide does", async () => {
  using storage = temporaryFolder();
  const server = await startServerProcess(storage.path);
  try {
    const [, block = ""] = /^```sh\n(curl .*?)^```$/ms.exec(guide) ?? [];
    const here = block.replace("http://localhost:9000", server.url).replace("npx claude-sessions", `node ${launcher}`);
    const { stdout } = await execa("sh", ["-ec", here], { env: { SESSION_SERVICE_URL: server.url } });
    expect(stdout).toContain("model_call");
    expect(stdout).toContain("claude-opus-5-5");
  } finally {
    await server.stop();
  }
});

test("the packages that the guide installs are the ones that are tested", () => {
  const [, packages = ""] = /^pip install (.*)$/m.exec(snippet) ?? [];
  const pinned = readFileSync(join(import.meta.dirname, "requirements.txt"), "utf8");
  expect(packages.split(" ").length).toBeGreaterThan(2);
  for (const name of packages.split(" ")) expect(pinned).toContain(`\n${name}==`);
});
