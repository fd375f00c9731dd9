import { isJsonObject, type JsonObject, type JsonValue } from "../core/json.js";
import type { FeedItem } from "./feed-types.js";
import { withoutColors } from "./ansi.js";
import { formatNumberOf } from "./format.js";
import { errorText, numberOf, objectOf, recordType, textOf } from "./record.js";
import { brief } from "./safe-text.js";
import { commandOf, inputOf, pathIn } from "./tool-input.js";
import { filesFound, pageRead, pagesFound, tasksIn } from "./tool-parts.js";

/** What a tool call is, in a word, and what it was asked to do, on one line. */
export function toolText({ begin }: FeedItem, data: JsonObject): { label: string; text: string } {
  const type = begin === null ? null : recordType(begin);
  const tool = textOf(data["tool"]) ?? textOf(data["name"]) ?? textOf(data["type"]) ?? "tool";
  const label = toolLabel(tool);
  if (begin === null) return { label, text: "" };
  const input = inputOf(data);
  return { label, text: type === null ? "" : inputText(type, objectOf(input), input) };
}

/** What a tool is asked to do, on one line, where no more than its input is known. */
export function inputLine(input: JsonValue | undefined): string {
  return input === undefined || input === null ? "" : otherInput(objectOf(input), input, pathIn(objectOf(input)));
}

/** `mcp__github__create_issue` reads as `github.create_issue`. */
function toolLabel(tool: string): string {
  const [, server, name] = /^mcp__(.+?)__(.+)$/s.exec(tool) ?? [];
  return brief(server === undefined ? tool : `${server}.${name}`, 40);
}

function inputText(type: string, fields: JsonObject, input: JsonValue): string {
  const file = pathIn(fields);
  switch (type) {
    case "bash_exec":
      return brief(commandOf(fields) ?? compact(input));
    case "file_write":
    case "file_edit":
      return file === null ? brief(compact(input)) : [brief(file), editSize(fields)].filter(Boolean).join("  ");
    case "task_spawn":
      return taskText(fields) ?? brief(compact(input));
    default:
      return otherInput(fields, input, file);
  }
}

function otherInput(fields: JsonObject, input: JsonValue, file: string | null): string {
  const command = commandOf(fields);
  if (command !== null) return brief(command);
  const tasks = tasksLine(fields);
  if (tasks !== null) return tasks;
  const pattern = textOf(fields["pattern"]);
  if (pattern !== null) return file === null ? brief(pattern) : `${brief(pattern, 200)} in ${brief(file, 200)}`;
  if (file !== null) return brief(file);
  const entries = Object.entries(fields);
  const main = ["query", "url", "prompt", "question", "text"].find((known) => textOf(fields[known]) !== null);
  if (main !== undefined) return brief(textOf(fields[main])!);
  if (isJsonObject(input) && entries.length === 1) return valueLine(entries[0]![1]);
  return isJsonObject(input) ? brief(entries.map(fieldText).join(", ")) : brief(compact(input));
}

/** How far a list of what is to be done is, and what is being done: `1/3 done · Write the tests`. */
function tasksLine(fields: JsonObject): string | null {
  const part = tasksIn(fields)?.at(-1);
  if (part?.kind !== "tasks") return null;
  const done = part.tasks.filter(({ status }) => status === "completed").length;
  const current = part.tasks.find(({ status }) => status === "in_progress");
  return brief([`${done}/${part.tasks.length} done`, ...(current ? [current.text] : [])].join(" · "));
}

function taskText(fields: JsonObject): string | null {
  const kind = textOf(fields["subagent_type"]) ?? textOf(fields["agent_type"]);
  const task =
    textOf(fields["description"]) ?? textOf(fields["task"]) ?? textOf(fields["prompt"]) ?? textOf(fields["message"]);
  const parts = [kind, task].filter((part) => part !== null).map((part) => brief(part));
  return parts.length === 0 ? null : parts.join(": ");
}

/** How many lines an edit takes away and adds: `−2 +5`; of a new file `+40`. */
function editSize(fields: JsonObject): string {
  const edits = Array.isArray(fields["edits"]) ? fields["edits"].map(objectOf) : [fields];
  let added = 0;
  let removed = 0;
  for (const edit of edits) {
    added += lineCount(edit["new_string"] ?? edit["content"]);
    removed += lineCount(edit["old_string"]);
  }
  return [removed > 0 ? `−${removed}` : "", added > 0 ? `+${added}` : ""].filter(Boolean).join(" ");
}

function lineCount(value: JsonValue | undefined): number {
  if (typeof value !== "string" || value === "") return 0;
  return value.split("\n").length - (value.endsWith("\n") ? 1 : 0);
}

/** What came of a call, on one line: the error, or the first lines of the output. */
export function resultText({ end }: FeedItem): string {
  if (end === null) return "";
  const { data } = end;
  const error = errorText(data["error"]);
  if (error !== null) return brief(error);
  return outputText(data["result"] ?? data["output"] ?? null);
}

const outputFields = ["stdout", "stderr", "output", "returnDisplay", "text", "content"];

function outputText(result: JsonValue): string {
  if (typeof result === "string") return textLine(result);
  if (Array.isArray(result)) {
    const texts = result.map((part) => textOf(objectOf(part)["text"])).filter((text) => text !== null);
    return texts.length > 0 ? textLine(texts.join("\n")) : formatNumberOf(result.length, "entry", "entries");
  }
  if (!isJsonObject(result)) return result === null ? "" : String(result);
  const texts = [...outputFields.map((name) => result[name]), objectOf(result["file"])["content"]];
  const text = texts.find((part) => typeof part === "string" && part.trim() !== "");
  return typeof text === "string" ? textLine(text) : wordlessText(result);
}

/** A result that holds no text: how it ended, as far as it says. */
function wordlessText(result: JsonObject): string {
  const found = foundText(result);
  if (found !== null) return found;
  if ("structuredPatch" in result) return result["type"] === "create" ? "created" : "";
  const inner = result["content"];
  if (Array.isArray(inner)) return outputText(inner);
  const exit = numberOf(result["exitCode"]) ?? numberOf(result["exit_code"]);
  if (exit !== null) return `exit ${exit}`;
  const status = textOf(result["status"]);
  if (status !== null) return brief(status).replaceAll("_", " ");
  return "stdout" in result ? "" : brief(compact(result));
}

/** What came of searches, pages and lists; null for every other result. */
function foundText(result: JsonObject): string | null {
  const { filenames, results } = result;
  // The call says how far a list is.
  if (tasksIn(result) || "newTodos" in result) return "";
  if (pageRead(result)) return textLine([result["code"], result["result"]].join(" "));
  if (filesFound(result) && Array.isArray(filenames)) return formatNumberOf(filenames.length, "file");
  if (!pagesFound(result) || !Array.isArray(results)) return null;
  return formatNumberOf(results.flatMap((entry) => objectOf(entry)["content"] ?? []).length, "page");
}

/** The first line, without its colours, and how many more there are. */
function textLine(text: string): string {
  const trimmed = withoutColors(text).trim();
  const end = trimmed.indexOf("\n");
  if (end === -1) return brief(trimmed);
  const more = lineCount(trimmed.slice(end + 1));
  return `${brief(trimmed.slice(0, end))} (+${formatNumberOf(more, "line")})`;
}

/** `title="Two words"`, `draft=true` */
function fieldText([name, value]: [string, JsonValue]): string {
  const isWord = typeof value === "string" && /^[\w./:@+-]{1,80}$/.test(value);
  return `${brief(name, 60)}=${isWord ? value : brief(JSON.stringify(value), 200)}`;
}

function valueLine(value: JsonValue): string {
  return brief(typeof value === "string" ? value : compact(value));
}

function compact(value: JsonValue): string {
  return isJsonObject(value) && Object.keys(value).length === 0 ? "" : JSON.stringify(value);
}
