import type { SessionEvent } from "../../core/event.js";
import type { JsonValue } from "../../core/json.js";

/**
 * Events as a person reads them and a snapshot keeps them: one a line, `seq type field=value …`, the
 * record's own type in place of `action` and `response`. Ids that differ from run to run, or say
 * nothing, are numbered by their first appearance; what only the clock decides is left out.
 */
export function createEventText(): (events: readonly SessionEvent[]) => string {
  const names = new Map<string, string>();
  const counts: Record<string, number> = {};

  function named(kind: string, id: string): string {
    const known = names.get(id);
    if (known !== undefined) return known;
    const name = `${kind}${(counts[kind] = (counts[kind] ?? 0) + 1)}`;
    names.set(id, name);
    return name;
  }

  function shorten(text: string): string {
    for (const [id, name] of names) text = text.replaceAll(id, name);
    return text.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, "<time>");
  }

  function line({ seq, type, sessionId, data }: SessionEvent): string {
    named("session-", sessionId);
    const isRecord = type === "action" || type === "response";
    const shown = Object.entries(data).filter(([key]) => !hidden.has(key) && !(isRecord && key === "type"));
    for (const [key, value] of shown) {
      const kind = kinds[key];
      if (kind !== undefined && typeof value === "string" && idLike.test(value)) named(kind, value);
    }
    const head = isRecord ? String(data["type"]) : type;
    const fields = shown.map(([key, value]) => `${key}=${shorten(compact(value))}`);
    return [`${String(seq).padStart(3)} ${head}`, ...fields].join(" ");
  }

  return (events) => {
    const first = events[0];
    const title = first ? [`# ${named("session-", first.sessionId)}`] : [];
    return [...title, ...events.map(line)].join("\n");
  };
}

const hidden: ReadonlySet<string> = new Set(["seq", "timestamp", "receivedAt", "eventId", "sessionId", "source"]);
const kinds: Record<string, string> = {
  turn: "turn-",
  agentId: "agent-",
  messageId: "message-",
  parentSession: "session-",
};
const idLike = /^(?=.*\d)[0-9a-f-]{12,}$|^turn-\d/;
const longest = 200;

function compact(value: JsonValue): string {
  const text = typeof value === "string" ? JSON.stringify(value) : plain(value);
  return text.length > longest ? `${text.slice(0, longest)}… (${text.length})` : text;
}

function plain(value: JsonValue): string {
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(plain).join(", ")}]`;
  return `{${Object.entries(value)
    .map(([key, child]) => `${key}: ${plain(child)}`)
    .join(", ")}}`;
}
