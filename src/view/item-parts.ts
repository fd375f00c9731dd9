import type { JsonObject, JsonValue } from "../core/json.js";
import type { FeedItem, FeedKind } from "./feed-types.js";
import { formatCost, formatDuration, formatExact } from "./format.js";
import type { ItemPart } from "./item-parts-types.js";
import { contentParts, outputParts } from "./output-parts.js";
import { filesOfPatch, linesOfHunks } from "./patch-lines.js";
import { errorText, numberOf, objectOf, recordType, textOf, tokensOf } from "./record.js";
import { commandOf, inputOf, pathIn } from "./tool-input.js";
import { fieldParts, planIn, tasksIn } from "./tool-parts.js";

/** What an item shows when it is opened, from top to bottom; for items that are looked at, not for a whole log. */
export function itemParts(item: FeedItem): ItemPart[] {
  const data = (item.begin ?? item.end)?.data ?? {};
  return tellers[item.kind](item, data).filter((part) => !isEmpty(part));
}

type Teller = (item: FeedItem, data: JsonObject) => ItemPart[];

const said: Teller = ({ draft }, data) => {
  const content = data["content"];
  const blocks = Array.isArray(content) ? contentParts(content) : null;
  return [{ kind: "markdown", text: draft ?? textOf(data["text"]) ?? "" }, ...(blocks ?? [])];
};

const plainFields: Teller = (_item, data) => json("fields", withoutFrame(data));

const tellers: Record<FeedKind, Teller> = {
  prompt: said,
  message: said,
  thinking: said,
  tool: (item, data) => [...callParts(item, data), ...resultParts(item)],
  model: (_item, data) => [...modelFacts(data), ...errorParts(data["error"])],
  step: ({ end }, data) => [
    ...json("input", data["input"]),
    ...errorParts(end?.data["error"]),
    ...json("output", end?.data["output"]),
  ],
  wait: waitParts,
  agent: agentParts,
  goal: plainFields,
  state: plainFields,
  metadata: plainFields,
  turn: (_item, data) => errorParts(data["error"]),
  session: lifecycleParts,
  note: lifecycleParts,
  other: plainFields,
};

function callParts(item: FeedItem, data: JsonObject): ItemPart[] {
  const type = item.begin ? (recordType(item.begin) ?? "") : "";
  const input = (item.begin ? inputOf(data) : item.end?.data["input"]) ?? null;
  return inputParts(type, input, item.end?.data["result"] ?? null);
}

/** What a tool is asked to do. `result` tells of an edit what the input leaves open: where in the file it is. */
function inputParts(type: string, input: JsonValue, result: JsonValue = null): ItemPart[] {
  const fields = objectOf(input);
  const command = commandOf(fields);
  const patch = filesOfPatch(textOf(fields["patch"]) ?? textOf(fields["input"]) ?? command ?? textOf(input) ?? "");
  if (patch) return patch.map(({ path, lines }) => ({ kind: "patch", path, lines }));
  if (command !== null) {
    const { command: _c, cmd: _cmd, description, ...rest } = fields;
    return [{ kind: "command", command, description: textOf(description) }, ...fieldParts("input", rest)];
  }
  if (type === "file_edit" || type === "file_write") return fileParts(fields, objectOf(result)) ?? json("input", input);
  return type === "task_spawn" ? taskParts(fields) : otherParts(fields, input);
}

function otherParts(fields: JsonObject, input: JsonValue): ItemPart[] {
  return tasksIn(fields) ?? planIn(fields) ?? fieldParts("input", input);
}

function taskParts(fields: JsonObject): ItemPart[] {
  const { prompt, description: _d, subagent_type: _t, ...rest } = fields;
  const text = textOf(prompt);
  return text === null
    ? fieldParts("input", fields)
    : [{ kind: "markdown", text, title: "task" }, ...fieldParts("input", rest)];
}

function fileParts(fields: JsonObject, result: JsonObject): ItemPart[] | null {
  const path = pathIn(fields);
  if (path === null) return null;
  // The result has the very lines, with their numbers: they are shown there.
  if (linesOfHunks(result["structuredPatch"])) return [];
  const { content } = fields;
  if (typeof content === "string") {
    const before = textOf(result["originalFile"]);
    if (before !== null) return [{ kind: "edit", path, before, after: content }];
    return [{ kind: "file", path, text: content, firstLine: 1, isNew: result["type"] !== "update" }];
  }
  const edits = Array.isArray(fields["edits"]) ? fields["edits"].map(objectOf) : [fields];
  const parts = edits.flatMap((edit): ItemPart[] => {
    const { old_string: before, new_string: after } = edit;
    if (typeof before !== "string" && typeof after !== "string") return [];
    return [{ kind: "edit", path, before: textOf(before) ?? "", after: textOf(after) ?? "" }];
  });
  return parts.length > 0 ? parts : null;
}

/** The error first: what went wrong is what is looked for. */
function resultParts({ begin, end }: FeedItem): ItemPart[] {
  if (end === null) return [];
  const { data } = end;
  const result = data["result"] ?? data["output"];
  // Such a list is told by the call already.
  if (begin !== null && tasksIn(objectOf(inputOf(begin.data))) !== null) return errorParts(data["error"]);
  return [...errorParts(data["error"]), ...outputParts(result)];
}

function errorParts(error: JsonValue | undefined): ItemPart[] {
  const message = errorText(error);
  return message === null ? [] : [{ kind: "error", message, type: textOf(objectOf(error)["type"]) }];
}

function modelFacts(data: JsonObject): ItemPart[] {
  const tokens = Object.entries(tokensOf(data["tokens"]));
  const cost = objectOf(data["cost"]);
  const usd = numberOf(cost["usd"]);
  const source = cost["source"] === "agent" ? "as the agent told it" : "estimated from list prices";
  const named = (name: string, value: string | null): [string, string][] => (value === null ? [] : [[name, value]]);
  const duration = numberOf(data["durationMs"]);
  const facts = [
    ...named("model", textOf(data["model"])),
    ...named("provider", textOf(data["provider"])),
    ...(data["tokens"] === undefined
      ? []
      : tokens.flatMap(([kind, count]) => named(tokenWords[kind] ?? kind, formatExact(count)))),
    ...named("cost", usd === null ? null : `${formatCost(usd)}, ${source}`),
    ...named("duration", duration === null ? null : formatDuration(duration)),
    ...named("stopped for", textOf(data["stopReason"])),
  ];
  return [{ kind: "facts", facts }];
}

const tokenWords: Record<string, string> = {
  input: "tokens in",
  output: "tokens out",
  cacheRead: "from cache",
  cacheWrite5m: "to cache (5 min)",
  cacheWrite1h: "to cache (1 h)",
  reasoning: "of it thinking",
};

function waitParts({ end }: FeedItem, data: JsonObject): ItemPart[] {
  const message = textOf(data["message"]);
  const reason = textOf(end?.data["reason"]);
  const type = commandOf(objectOf(data["input"])) === null ? typeOfTool(textOf(data["tool"])) : "bash_exec";
  return [
    ...(message === null ? [] : [{ kind: "markdown", text: message } as const]),
    ...(data["input"] === undefined ? [] : inputParts(type, data["input"])),
    ...(reason === null ? [] : [{ kind: "markdown", title: "answer", text: reason } as const]),
  ];
}

function typeOfTool(tool: string | null): string {
  if (tool === "Write") return "file_write";
  return tool === "Edit" || tool === "MultiEdit" ? "file_edit" : "tool_call";
}

function agentParts(item: FeedItem, data: JsonObject): ItemPart[] {
  const { task, result } = item.end && item.seq === item.end.seq ? item.end.data : data;
  const isEnd = item.end !== null && item.seq === item.end.seq;
  if (isEnd) return typeof result === "string" ? [{ kind: "markdown", text: result }] : outputParts(result);
  return typeof task === "string"
    ? [{ kind: "markdown", text: task, title: "task" }]
    : json("fields", withoutFrame(data));
}

function lifecycleParts(_item: FeedItem, data: JsonObject): ItemPart[] {
  const message = textOf(data["message"]);
  const { message: _m, type: _t, ...rest } = withoutFrame(data);
  return [...(message === null ? [] : [{ kind: "markdown", text: message } as const]), ...json("fields", rest)];
}

/** A record without the fields that every event has. */
function withoutFrame(data: JsonObject): JsonObject {
  const { seq: _s, timestamp: _t, receivedAt: _r, eventId: _e, sessionId: _i, source: _o, turn: _u, ...rest } = data;
  return rest;
}

function json(title: string, value: JsonValue | undefined): ItemPart[] {
  return value === undefined || value === null ? [] : [{ kind: "json", title, value }];
}

function isEmpty(part: ItemPart): boolean {
  if (part.kind === "markdown") return part.text.trim() === "";
  if (part.kind === "facts") return part.facts.length === 0;
  if (part.kind !== "json") return false;
  return typeof part.value === "object" && part.value !== null && Object.keys(part.value).length === 0;
}
