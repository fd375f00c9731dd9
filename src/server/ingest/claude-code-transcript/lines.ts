import type { JsonObject, JsonValue } from "../../../core/json.js";
import { objectsOf, textOf } from "../telling/input.js";

/**
 * Types of lines that Claude Code writes for itself: what the model was sent, what the screen shows,
 * which files it saved. The words of a person, the model and the tools stand in lines of other types.
 */
const noise: ReadonlySet<string> = new Set([
  "api-request",
  "api-request-blob",
  "api-request-resumed",
  "api-request-shape",
  "agent-color",
  "agent-setting",
  "artifact-autoreact-ledger",
  "artifact-comment-monitor",
  "atis-latch",
  "attribution-snapshot",
  "bridge-session",
  "content-replacement",
  "continued-in",
  "data-flow-incomplete",
  "data-flow-records",
  "derived-from",
  "dev-mods",
  "file-history-delta",
  "file-history-snapshot",
  "fork-context-ref",
  "frame-link",
  "history-suppression",
  "isolation-latch",
  "last-prompt",
  "memory-mode",
  "mode",
  "observer-ref",
  "permission-mode",
  "progress",
  "queue-operation",
  "relocated",
  "resume-head-vouch",
  "session-owner",
  "tools-used",
  "worktree-state",
]);

export function isNoise(type: string): boolean {
  return noise.has(type);
}

/** Attachments that hold what a person gave; all others are the vendor's words to the model. */
const personsAttachments: Record<string, readonly string[]> = {
  queued_command: ["prompt", "commandMode"],
  file: ["filename", "displayPath"],
  directory: ["path", "displayPath"],
  mcp_resource: ["server", "uri", "name"],
  selected_lines_in_ide: ["filename", "lineStart", "lineEnd"],
};

/** What is kept of an attachment; undefined for the vendor's own. */
export function keptOfAttachment(attachment: JsonObject): JsonObject | undefined {
  const type = textOf(attachment["type"]) ?? "";
  if (!Object.hasOwn(personsAttachments, type)) return undefined;
  const fields = personsAttachments[type]!;
  return pick(attachment, (name) => fields.includes(name));
}

/** What every line of a conversation repeats. */
const envelope: ReadonlySet<string> = new Set([
  "cwd",
  "entrypoint",
  "gitBranch",
  "isMeta",
  "isSidechain",
  "level",
  "logicalParentUuid",
  "parentUuid",
  "agentId",
  "promptId",
  "sessionId",
  "session_id",
  "slug",
  "subtype",
  "timestamp",
  "type",
  "userType",
  "uuid",
  "version",
]);

/** A line of a kind that is not known, without what every line repeats. */
export function restOfLine(line: JsonObject): JsonObject {
  return pick(line, (name) => !envelope.has(name));
}

function pick(fields: JsonObject, isKept: (name: string) => boolean): JsonObject {
  return Object.fromEntries(Object.entries(fields).filter(([name, value]) => isKept(name) && value !== null));
}

/** Characters of one text, and of all that one value holds. */
export const longest = { text: 200_000, value: 1_000_000, unknown: 16_000 };

/** The value with what is too long of it cut, and said so. */
export function bounded(value: JsonValue | undefined, limit = longest.value): JsonValue | undefined {
  if (value === undefined || sizeOf(value, limit, 0) <= limit) {
    return typeof value === "string" || value === undefined
      ? cut(value, Math.min(limit, longest.text))
      : trim(value, 0);
  }
  const text = typeof value === "string" ? value : serialized(value);
  return cut(text, Math.min(limit, longest.text));
}

const deepest = 64;

function trim(value: JsonValue, depth: number): JsonValue {
  if (typeof value === "string") return cut(value, longest.text)!;
  if (typeof value !== "object" || value === null) return value;
  if (depth > deepest) return cut(serialized(value), longest.text)!;
  if (Array.isArray(value)) return value.map((item) => trim(item, depth + 1));
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, trim(child, depth + 1)]));
}

/** A picture's bytes are no text that anybody reads. */
const base64 = /^[A-Za-z0-9+/]{2048,}={0,2}$/;

function cut(text: string | undefined, limit: number): string | undefined {
  if (text !== undefined && base64.test(text)) return `[${text.length} characters of base64]`;
  if (text === undefined || text.length <= limit) return text;
  return `${text.slice(0, limit)}… [cut: ${text.length} characters in all]`;
}

/** About how many characters a value holds; stops counting above the limit. */
function sizeOf(value: JsonValue, limit: number, depth: number): number {
  if (typeof value === "string") return base64.test(value) ? 40 : Math.min(value.length, longest.text);
  if (typeof value !== "object" || value === null) return 8;
  if (depth > deepest) return 8;
  let size = 2;
  for (const [key, child] of Object.entries(value)) {
    size += key.length + sizeOf(child, limit - size, depth + 1);
    if (size > limit) break;
  }
  return size;
}

function serialized(value: JsonValue): string {
  try {
    return JSON.stringify(value);
  } catch {
    return "[nested too deep]";
  }
}

/** The texts of a message's content, which is a text or a list of blocks. */
export function textsOf(content: JsonValue | undefined): string[] {
  if (typeof content === "string") return [content];
  return objectsOf(content).flatMap((block) =>
    block["type"] === "text" && typeof block["text"] === "string" ? [block["text"]] : [],
  );
}
