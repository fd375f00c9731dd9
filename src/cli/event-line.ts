import type { SessionEvent } from "../core/event.js";
import type { JsonObject, JsonValue } from "../core/json.js";
import type { Color, Paint } from "./colors.js";
import { pad, printable, truncate } from "./text.js";

const colors: Record<SessionEvent["type"], Color> = {
  session_created: "green",
  action: "cyan",
  response: "magenta",
  state_updated: "dim",
  goal_added: "yellow",
  goal_updated: "yellow",
  agent_spawned: "blue",
  agent_completed: "blue",
  metadata_updated: "dim",
  session_finalized: "green",
};

const typeWidth = Math.max(...Object.keys(colors).map((type) => type.length));
/** The server's own fields, and what stands elsewhere on the line. */
const shownElsewhere = new Set(["seq", "timestamp", "receivedAt", "eventId", "sessionId", "type"]);

/** An event as one line for a person: seq, local time, type, and what it says. */
export function eventRow(event: SessionEvent, width: number, paint: Paint): string {
  const seq = pad(String(event.seq), 6, "right");
  const type = pad(printable(event.type), typeWidth);
  const rest = width - 6 - 8 - typeWidth - 6;
  const text = rest > 0 ? truncate(summary(event), Math.max(rest, 20)) : summary(event);
  return `${paint("dim", seq)}  ${paint("dim", clock(event.timestamp))}  ${paint(colors[event.type], type)}  ${text}\n`;
}

/** An event for scripts: seq, timestamp, type, data as JSON, with tabs between them. */
export function eventTsv({ seq, timestamp, type, data }: SessionEvent): string {
  return `${seq}\t${timestamp}\t${type}\t${JSON.stringify(data)}\n`;
}

function clock(timestamp: string): string {
  const date = new Date(timestamp);
  if (Number.isNaN(date.getTime())) return "--:--:--";
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map((part) => String(part).padStart(2, "0")).join(":");
}

function summary({ type, data }: SessionEvent): string {
  const record = type === "action" || type === "response" ? printable(String(data["type"] ?? "")) : "";
  const isShown = (key: string) => shownElsewhere.has(key) && (key !== "type" || record !== "");
  const fields = Object.entries(data).flatMap(([key, value]) =>
    isShown(key) ? [] : [`${printable(key)}=${brief(value)}`],
  );
  return [record, ...fields].filter((part) => part !== "").join(" ");
}

function brief(value: JsonValue): string {
  return printable(typeof value === "string" ? quoted(value) : JSON.stringify(value satisfies JsonValue | JsonObject));
}

function quoted(text: string): string {
  return /^[\w./:@+-]+$/.test(text) ? text : `"${text}"`;
}
