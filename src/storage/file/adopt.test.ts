import fs from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../core/json.js";
import { adoptAll } from "./adopt.js";
import { layoutOf } from "./layout.js";
import { readPredecessor } from "./predecessor.js";
import { sessionFile, testFolder, unsyncedFs } from "./testing.js";

const at = (second: number): string => `2025-11-02T10:00:0${second}.000Z`;

const records = [1, 3].map((second) => `{"seq":${second},"timestamp":"${at(second)}","type":"tool_call"}`);

describe("what a predecessor's folder does not say", () => {
  function folderOf(files: Record<string, string>): string {
    const folder = testFolder();
    for (const [name, text] of Object.entries(files)) fs.writeFileSync(join(folder, name), text);
    fs.utimesSync(folder, new Date(at(9)), new Date(at(9)));
    return folder;
  }
  const toldBy = (folder: string) =>
    readPredecessor(folder).map(({ text }) => JSON.parse(text) as JsonObject & { data: JsonObject });

  test("is taken from the folder where it names no time", () => {
    const told = toldBy(folderOf({ "state.json": JSON.stringify({ phase: "p" }) }));
    expect(told.map(({ timestamp }) => timestamp)).toEqual(told.map(() => at(9)));
    expect(told.map(({ type }) => type)).toEqual(["session_created", "state_updated", "metadata_updated"]);
  });

  test("is taken from its records where the metadata names no time", () => {
    const told = toldBy(folderOf({ "actions.jsonl": records.join("\n") }));
    expect([told[0], told.at(-1)].map((event) => event?.["timestamp"])).toEqual([at(1), at(3)]);
  });

  test("is a record's type: it gets its stream's", () => {
    const told = toldBy(folderOf({ "actions.jsonl": '{"tool":"ls"}', "responses.jsonl": '{"text":"a.ts"}' }));
    expect(told.slice(1, 3)).toMatchObject([
      { type: "action", tool: "ls", timestamp: at(9) },
      { type: "response", text: "a.ts", timestamp: at(9) },
    ]);
  });

  test("is the name of a goal or an agent: it gets one", () => {
    const state = {
      goals: [{ description: "ship" }],
      agents: { spawned: [{ type: "coder" }, "bare"], completed: [{ agentId: "bare", status: "failed" }] },
    };
    const told = toldBy(folderOf({ "state.json": JSON.stringify(state) }));
    expect(told.slice(1, 5)).toMatchObject([
      { type: "goal_added", data: { goalId: "goal", description: "ship" } },
      { type: "agent_spawned", data: { agentId: "agent", type: "coder", status: "active" } },
      { type: "agent_spawned", data: { agentId: "bare", status: "active" } },
      { type: "agent_completed", data: { agentId: "bare", status: "failed" } },
    ]);
  });
});

test("folders are adopted once, with a word on how far it is, and others are left alone", () => {
  const path = testFolder();
  const layout = layoutOf(path);
  const writePredecessor = (sessionId: string): void => {
    fs.mkdirSync(join(layout.sessions, sessionId), { recursive: true });
    fs.writeFileSync(sessionFile(path, sessionId, "state.json"), '{"phase":"p"}');
  };
  for (let n = 0; n < 120; n++) fs.mkdirSync(join(layout.sessions, `empty${n}`), { recursive: true });
  writePredecessor("old");
  const progress: { done: number; total: number }[] = [];
  adoptAll(
    layout,
    unsyncedFs,
    () => {},
    (step) => progress.push(step),
  );
  expect(progress).toEqual([{ done: 100, total: 121 }]);
  expect(fs.existsSync(sessionFile(path, "old", "changes.jsonl"))).toBe(true);
  expect(fs.readdirSync(join(layout.sessions, "empty7"))).toEqual([]);
  writePredecessor("later");
  adoptAll(layout, unsyncedFs, () => {});
  expect(fs.existsSync(sessionFile(path, "later", "changes.jsonl"))).toBe(false);
});
