import fs from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isJsonObject, type JsonObject } from "../../core/json.js";
import { parsePage } from "../page.js";
import type { SessionStore } from "../session-store.js";
import { action } from "../suite/under-test.js";
import { adoptPredecessor } from "./adopt.js";
import { openReadOnlyStore } from "./read-only-store.js";
import {
  allEvents,
  copyStore,
  FaultyFs,
  findingsOf,
  gapless,
  openStore,
  seqsOf,
  sessionFile,
  testFolder,
} from "./testing.js";

const at = (second: number): string => `2025-11-02T10:00:${String(second).padStart(2, "0")}.000Z`;

const metadata = {
  sessionId: "old",
  userId: "ann",
  created: at(0),
  updated: at(50),
  status: "completed",
  model: "claude-3",
  tokenUsage: { input: 120, output: 30, total: 150, cacheRead: 7 },
  metrics: { agentsSpawned: 2, toolCalls: 9, mcpCalls: 1, filesModified: 3, bashCommands: 4 },
  tags: ["demo"],
  parentSession: "parent",
  subsessions: ["child"],
  sandboxId: "box",
};

const state = {
  sessionId: "old",
  version: 12,
  phase: "testing",
  currentStep: { name: "run" },
  workspace: { cwd: "/somewhere", branch: "main" },
  goals: [
    { id: "g1", description: "first", status: "completed", priority: "high", created: at(5) },
    { id: "g2", description: "second", status: "in_progress" },
  ],
  agents: {
    spawned: [
      { agentId: "a1", type: "coder", task: "write" },
      { agentId: "a2", type: "tester" },
    ],
    active: ["a2"],
    completed: [{ agentId: "a1", type: "coder", status: "completed", result: "done" }],
  },
  custom: { kept: true },
};

const actions = [
  '{"seq":1,"timestamp":"2025-11-02T10:00:01.000Z","type":"tool_call","tool":"ls"}',
  '{"seq":2,"timestamp":"2025-11-02T10:00:03.000Z","type":"file_edit","path":"a.ts"}',
  '{"seq":3,"timestamp":"2025-11-02T10:00:0',
  '{"seq":3,"timestamp":"2025-11-02T10:00:07.000Z","type":"bash_exec","command":"make"}',
];
const responses = [
  '{"seq":1,"timestamp":"2025-11-02T10:00:02.000Z","type":"text","text":"hello"}',
  '{"seq":2,"timestamp":"2025-11-02T10:00:08.000Z","type":"text","text":"bye"}',
];
const final = { status: "success", outcome: "shipped", response: { text: "all done" }, timestamp: at(50) };
const initial = { source: "cli", input: "build it", config: { model: "claude-3" } };

/** A folder as the predecessor writes it. */
function writePredecessor(
  path: string,
  sessionId = "old",
  files: Record<string, unknown> = { metadata, state, initial, final },
): string {
  const folder = join(path, "sessions", sessionId);
  fs.mkdirSync(folder, { recursive: true });
  for (const [name, value] of Object.entries(files)) {
    fs.writeFileSync(join(folder, `${name}.json`), typeof value === "string" ? value : JSON.stringify(value, null, 2));
  }
  fs.writeFileSync(join(folder, "actions.jsonl"), `${actions.join("\n")}\n`);
  fs.writeFileSync(join(folder, "responses.jsonl"), responses.join("\n"));
  return folder;
}

function filesOf(folder: string): Record<string, string> {
  const names = fs
    .readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((name) => fs.statSync(join(folder, name)).isFile());
  return Object.fromEntries(names.toSorted().map((name) => [name, fs.readFileSync(join(folder, name), "utf8")]));
}

async function recordsOf(store: SessionStore, of: "actions" | "responses"): Promise<JsonObject[]> {
  return parsePage<JsonObject>(await store.readPage("old", { of, limit: 100 }));
}

async function expectStory(store: SessionStore): Promise<void> {
  const session = (await store.readSession("old"))!;
  const { agentsSpawned, toolCalls, bashCommands } = metadata.metrics;
  expect(session.metadata).toMatchObject({
    ...metadata,
    metrics: { agentsSpawned, toolCalls, bashCommands },
    status: "completed",
    created: at(0),
    updated: at(50),
  });
  expect(session.state).toMatchObject({
    phase: "testing",
    currentStep: { name: "run" },
    workspace: { cwd: "/somewhere", branch: "main" },
    custom: { kept: true },
  });
  expect(session.state.goals).toMatchObject([
    { goalId: "g1", description: "first", status: "completed", priority: "high", created: at(5) },
    { goalId: "g2", description: "second", status: "in_progress" },
  ]);
  expect(session.state.agents).toMatchObject([
    { agentId: "a1", type: "coder", task: "write", status: "completed", result: "done" },
    { agentId: "a2", type: "tester", status: "active" },
  ]);
  expect(session.initial).toEqual(initial);
  expect(session.final).toMatchObject({ outcome: "shipped", response: { text: "all done" }, status: "completed" });
  expect((await recordsOf(store, "actions")).map(({ type }) => type)).toEqual([
    "tool_call",
    "file_edit",
    "unreadable_line",
    "bash_exec",
  ]);
  expect((await recordsOf(store, "actions"))[2]).toMatchObject({ text: actions[2], timestamp: at(3) });
  expect((await recordsOf(store, "responses")).map(({ text }) => text)).toEqual(["hello", "bye"]);
  const events = await allEvents(store, "old");
  expect(seqsOf(events)).toEqual(gapless(events.length));
  expect(
    events.filter(({ type }) => type === "action" || type === "response").map(({ timestamp }) => timestamp),
  ).toEqual([at(1), at(2), at(3), at(3), at(7), at(8)]);
  expect((await store.listSessions({ userId: "ann", limit: 5 })).sessions).toMatchObject([
    { sessionId: "old", eventCount: events.length },
  ]);
}

describe("a folder of the predecessor", () => {
  test("is opened as it is, goes on, and keeps its files as they were found", async () => {
    const path = testFolder();
    const before = filesOf(writePredecessor(path));
    const { store, notices } = await openStore(path);
    await expectStory(store);
    expect(notices).toMatchObject([{ level: "info", message: expect.stringContaining("adopted") as string }]);
    expect(filesOf(join(path, "sessions", "old", "predecessor"))).toEqual(before);
    const head = await store.head("old");
    expect((await store.append("old", [action({ n: 1 }, { eventId: "e" })])).events).toMatchObject([{ seq: head + 1 }]);
    expect((await store.append("old", [action({}, { eventId: "predecessor-2" })])).events).toMatchObject([
      { seq: 2, duplicate: true },
    ]);
    const events = await allEvents(store, "old");
    await store.close();
    expect(await findingsOf(path)).toEqual([]);
    const { store: reopened } = await openStore(path);
    expect(await allEvents(reopened, "old")).toEqual(events);
    expect((await reopened.search({ q: "bye", limit: 3 })).hits).toMatchObject([{ sessionId: "old" }]);
  });

  test("is read without a server and without a change to it", async () => {
    const path = testFolder();
    const folder = writePredecessor(path);
    const before = filesOf(folder);
    const store = await openReadOnlyStore({ path });
    try {
      await expectStory(store);
      const page = await store.readPage("old", { of: "events", after: 0, limit: 3, types: ["action"] });
      expect(page).toMatchObject({ count: 3, more: true });
      expect((await store.readStateAt("old", 1)).goals).toEqual([]);
      expect(await store.head("old")).toBe((await allEvents(store, "old")).length);
    } finally {
      await store.close();
    }
    expect(filesOf(folder)).toEqual(before);
    expect(await findingsOf(path)).toEqual([]);
  });

  test("gives the same events whoever reads it, and however often it is adopted", async () => {
    const path = testFolder();
    writePredecessor(path);
    const readOnly = await openReadOnlyStore({ path });
    const told = await allEvents(readOnly, "old");
    await readOnly.close();
    const { store } = await openStore(path);
    expect(await allEvents(store, "old")).toEqual(told);
    await store.close();
    const folder = join(path, "sessions", "old");
    const once = fs.readFileSync(join(folder, "changes.jsonl"), "utf8");
    const { io } = new FaultyFs();
    adoptPredecessor(folder, io, () => {});
    expect(fs.readFileSync(join(folder, "changes.jsonl"), "utf8")).toBe(once);
  });

  test("is adopted as if nothing had been, after a crash at any step", async () => {
    const source = testFolder();
    writePredecessor(source);
    const told = await allEvents(await openReadOnly(source), "old");
    for (let step = 1, done = false; !done; step++) {
      const path = copyStore(source);
      const folder = join(path, "sessions", "old");
      const disk = new FaultyFs();
      let calls = 0;
      disk.fault = () => (++calls === step ? "EIO" : undefined);
      try {
        adoptPredecessor(folder, disk.io, () => {});
        done = true;
      } catch {
        expect(await allEvents(await openReadOnly(path), "old"), `read after step ${step}`).toEqual(told);
      }
      adoptPredecessor(folder, new FaultyFs().io, () => {});
      expect(await allEvents(await openReadOnly(path), "old"), `adopted after step ${step}`).toEqual(told);
      expect(fs.existsSync(join(folder, "predecessor", "state.json"))).toBe(true);
    }
  });

  test("that comes in while the store is open is adopted when it is asked for", async () => {
    const { store, path } = await openStore(testFolder());
    writePredecessor(path);
    expect((await store.append("old", [action({ n: 1 })])).events[0]!.seq).toBeGreaterThan(6);
    expect((await store.readSession("old"))?.metadata.userId).toBe("ann");
    await store.close();
    expect(await findingsOf(path)).toEqual([]);
  });

  test.each([
    ["with nothing but metadata", { metadata }, []],
    ["with states that cannot be read", { metadata: "{torn", state: "[]", final: "" }, []],
    [
      "with agents as a list",
      {
        metadata: { ...metadata, status: "active" },
        state: { ...state, agents: [{ id: "a9", type: "coder", status: "failed" }] },
      },
      ["a9"],
    ],
  ])("%s is read for what it holds", async (_name, files, agents) => {
    const path = testFolder();
    writePredecessor(path, "old", files);
    const { store } = await openStore(path);
    const session = (await store.readSession("old"))!;
    expect(session.state.agents.map(({ agentId }) => agentId)).toEqual(agents);
    expect(isJsonObject(session.initial)).toBe(true);
    expect(seqsOf(await allEvents(store, "old"))).toEqual(gapless(await store.head("old")));
    await store.append("old", [action()]);
    await store.close();
    expect(await findingsOf(path)).toEqual([]);
    expect(fs.existsSync(sessionFile(path, "old", "state.json"))).toBe(true);
  });
});

async function openReadOnly(path: string): Promise<SessionStore> {
  const store = await openReadOnlyStore({ path });
  await store.close();
  return store;
}
