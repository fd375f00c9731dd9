import fs from "node:fs";
import { join } from "node:path";
import { streamOf, withoutServerFields, type EventType, type NewEvent } from "../../core/event.js";
import { isJsonObject, type JsonObject, type JsonValue } from "../../core/json.js";
import { toTimestamp } from "../../core/timestamp.js";
import { encodeLine, parseLine } from "../line.js";
import { readJsonFile, readTextFile } from "./read-files.js";
import type { EventLine } from "./stored-lines.js";

/*
 * Folders of the service that came before: seqs count per file, there is no changes.jsonl, goals
 * have an `id`, and agents are three lists. Their story is told again as events; what cannot be
 * read as a record is kept as one of type `unreadable_line`.
 */

/** Where an adopted folder keeps its files as they were found. */
export const originalsFolder = "predecessor";

interface Told {
  event: NewEvent;
  timestamp: string;
}

export function isPredecessorFolder(folder: string): boolean {
  if (fs.existsSync(join(folder, "changes.jsonl"))) return false;
  const names = ["metadata.json", "state.json", "actions.jsonl", "responses.jsonl", originalsFolder];
  return names.some((name) => fs.existsSync(join(folder, name)));
}

/** The folder's events in order, as stored lines with seqs from 1. The same files give the same lines. */
export function readPredecessor(folder: string): EventLine[] {
  const originals = join(folder, originalsFolder);
  const source = fs.existsSync(originals) ? originals : folder;
  return tell(source).map(({ event, timestamp }, index) => {
    const seq = index + 1;
    const stamp = { seq, timestamp, receivedAt: timestamp, eventId: `predecessor-${seq}` };
    return { seq, stream: streamOf(event.type), text: encodeLine(event, stamp) };
  });
}

function tell(source: string): Told[] {
  const metadata = readJsonFile(join(source, "metadata.json")) ?? {};
  const state = readJsonFile(join(source, "state.json")) ?? {};
  const final = readJsonFile(join(source, "final.json"));
  const records = [...readRecords(source, "action"), ...readRecords(source, "response")];
  const known = records.map(({ timestamp }) => timestamp).filter((timestamp) => timestamp !== "");
  const created = timeOf(metadata, "created", "createdAt") ?? known[0] ?? folderTime(source);
  const updated = timeOf(metadata, "updated", "updatedAt") ?? known.at(-1) ?? created;
  for (const record of records) record.timestamp ||= created;
  records.sort((a, b) => Date.parse(a.timestamp) - Date.parse(b.timestamp));
  const at = (type: EventType, data: JsonObject, timestamp = updated): Told => ({ event: { type, data }, timestamp });
  return [
    at("session_created", createdData(metadata, readJsonFile(join(source, "initial.json"))), created),
    ...records,
    ...listOf(state["goals"]).map((goal) => at("goal_added", goalData(goal), timeOf(goal, "created", "createdAt"))),
    ...agentEvents(state["agents"]).map(({ type, data }) => at(type, data)),
    at("state_updated", stateData(state)),
    at("metadata_updated", metadataData(metadata, final !== undefined)),
    ...(final ? [at("session_finalized", final, timeOf(final, "timestamp", "finalized"))] : []),
  ];
}

/** The time in the first of these fields that holds one. */
function timeOf(record: JsonObject, ...fields: string[]): string | undefined {
  return fields.map((field) => toTimestamp(record[field])).find((time) => time !== undefined);
}

function readRecords(source: string, type: "action" | "response"): Told[] {
  let timestamp = "";
  const text = readTextFile(join(source, type === "action" ? "actions.jsonl" : "responses.jsonl")) ?? "";
  return text
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map((line) => {
      const record = parseLine(line);
      // What has no time of its own stays behind the record before it.
      timestamp = toTimestamp(record?.["timestamp"]) ?? timestamp;
      if (!record) return { event: { type, data: { type: "unreadable_line", text: line } }, timestamp };
      const named = typeof record["type"] === "string" ? record : { ...record, type };
      return { event: { type, data: withoutServerFields(named) }, timestamp };
    });
}

function createdData(metadata: JsonObject, initial: JsonObject | undefined): JsonObject {
  const { userId = null, tags = [], parentSession = null, sandboxId = null } = metadata;
  return { userId, tags, parentSession, sandboxId, initial: initial ?? {} };
}

function goalData(goal: JsonObject): JsonObject {
  const { id, goalId, ...rest } = goal;
  return { goalId: String(goalId ?? id ?? "goal"), ...rest };
}

function agentEvents(agents: JsonValue | undefined): { type: EventType; data: JsonObject }[] {
  if (!isJsonObject(agents))
    return listOf(agents).map((agent) => ({ type: "agent_spawned" as const, data: agentData(agent) }));
  const completed = new Map(listOf(agents["completed"]).map((agent) => [agentId(agent), agent]));
  const all = new Map<string, JsonObject>();
  for (const agent of [...listOf(agents["spawned"]), ...listOf(agents["active"]), ...completed.values()]) {
    all.set(agentId(agent), { ...all.get(agentId(agent)), ...agent });
  }
  return [...all].flatMap(([id, agent]) => {
    const spawned = { type: "agent_spawned" as const, data: { ...agentData(agent), status: "active" } };
    const end = completed.get(id);
    if (!end) return [spawned];
    return [
      spawned,
      {
        type: "agent_completed" as const,
        data: { ...end, agentId: id, status: end["status"] === "failed" ? "failed" : "completed" },
      },
    ];
  });
}

function agentData(agent: JsonObject): JsonObject {
  const { id: _id, ...rest } = agent;
  return { type: "agent", ...rest, agentId: agentId(agent) };
}

function agentId(agent: JsonObject): string {
  return String(agent["agentId"] ?? agent["id"] ?? "agent");
}

/** A list of records; a bare name in it stands for a record with that id. */
function listOf(value: JsonValue | undefined): JsonObject[] {
  if (!Array.isArray(value)) return [];
  return value.map((item) => (isJsonObject(item) ? item : { id: String(item) }));
}

function stateData(state: JsonObject): JsonObject {
  const { sessionId: _id, version: _version, seq: _seq, goals: _goals, agents: _agents, ...rest } = state;
  return rest;
}

function metadataData(metadata: JsonObject, finalized: boolean): JsonObject {
  const {
    sessionId: _id,
    created: _created,
    updated: _updated,
    userId: _user,
    tags: _tags,
    parentSession: _parent,
    sandboxId: _sandbox,
    ...rest
  } = metadata;
  if (finalized) delete rest["status"];
  return rest;
}

function folderTime(folder: string): string {
  return fs.statSync(folder).mtime.toISOString();
}
