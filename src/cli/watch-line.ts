import type { SessionDeleted, SessionEvent } from "../core/event.js";
import { buildFeed } from "../view/feed.js";
import { isFailure } from "../view/feed-status.js";
import type { FeedItem, FeedKind, ItemStatus } from "../view/feed-types.js";
import { formatClock, formatDuration } from "../view/format.js";
import { itemText } from "../view/item-text.js";
import { recordType } from "../view/record.js";
import { safeLine } from "../view/safe-text.js";
import { printJsonLine, type Cli } from "./cli.js";
import type { Color } from "./colors.js";
import { pad, truncate } from "./text.js";

export interface EventPrinterOptions {
  json: boolean;
  types: readonly string[] | undefined;
  /** Lines name the session. */
  withSession: boolean;
}

type Printable = SessionEvent | (SessionDeleted & { seq?: undefined });

/** Prints events, one a line: as they are stored with `json`, else as a person reads them. */
export function createEventPrinter(cli: Cli, { json, types, withSession }: EventPrinterOptions) {
  const texts = new LineTexts();
  return async (event: Printable): Promise<void> => {
    if (types !== undefined && !isOfType(event, types)) return;
    if (json) return printJsonLine(cli, JSON.stringify(withoutCursor(event)));
    const line = event.type === "session_deleted" ? deletedText(event) : texts.of(event);
    await cli.out.write(`${layOut(cli, event, line, withSession)}\n`);
  };
}

function withoutCursor({ cursor: _cursor, ...event }: Printable & { cursor?: string }): object {
  return event;
}

function isOfType(event: Printable, types: readonly string[]): boolean {
  if (types.includes(event.type)) return true;
  const record = event.type === "session_deleted" ? null : recordType(event);
  return record !== null && types.includes(record);
}

interface LineText {
  label: string;
  text: string;
  color: Color | undefined;
}

function deletedText({ type }: SessionDeleted): LineText {
  return { label: type.split("_")[0]!, text: "deleted", color: "red" };
}

const colors: Partial<Record<FeedKind, Color>> = {
  session: "green",
  prompt: "bold",
  message: "magenta",
  thinking: "dim",
  tool: "cyan",
  model: "dim",
  wait: "yellow",
  agent: "blue",
  goal: "yellow",
  state: "dim",
  metadata: "dim",
};

const signs: Partial<Record<ItemStatus, string>> = {
  ok: "ok",
  error: "failed",
  denied: "denied",
  rejected: "rejected",
  interrupted: "interrupted",
  lost: "lost",
};

const remembered = 1_000;

/** Lines for single events; the end of a call is told with what was called. */
class LineTexts {
  private readonly calls = new Map<string, string>();

  of(event: SessionEvent): LineText {
    const [item] = buildFeed([event], { toHead: true });
    const { label, text, outcome } = itemText(item!);
    const isEnd = item!.begin === null && item!.end !== null;
    const said = isEnd ? joined([outcomeOf(item!), this.callOf(event), outcome]) : joined([text, outcome]);
    if (!isEnd && item!.kind === "tool") this.remember(event, text);
    return { label, text: said, color: isFailure(item!.status) ? "red" : colors[item!.kind] };
  }

  private remember({ sessionId, data }: SessionEvent, text: string): void {
    if (typeof data["toolCallId"] !== "string") return;
    this.calls.set(`${sessionId} ${data["toolCallId"]}`, text);
    if (this.calls.size > remembered) this.calls.delete(this.calls.keys().next().value!);
  }

  private callOf({ sessionId, data }: SessionEvent): string {
    const key = `${sessionId} ${String(data["toolCallId"])}`;
    const text = this.calls.get(key) ?? "";
    this.calls.delete(key);
    return text;
  }
}

function outcomeOf({ status, durationMs }: FeedItem): string {
  const sign = signs[status] ?? "ended";
  return durationMs === null ? sign : `${sign} in ${formatDuration(durationMs)}`;
}

function joined(parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join(" · ");
}

const labelWidth = 12;

/** In a pipe the whole line; on a terminal what fits on one. */
function layOut({ context, paint }: Cli, event: Printable, line: LineText, withSession: boolean): string {
  const session = withSession ? safeLine(event.sessionId) : "";
  const seq = event.seq === undefined ? "" : String(event.seq);
  if (!context.isTTY.stdout) {
    return [event.timestamp, ...(withSession ? [session] : []), seq, line.label, line.text].join("  ").trimEnd();
  }
  const clock = formatClock(Date.parse(event.timestamp));
  const head = [...(withSession ? [pad(truncate(session, 20), 20)] : []), pad(seq, 6, "right")].join("  ");
  const label = pad(truncate(line.label, labelWidth), labelWidth);
  const width = Math.max(20, context.columns - clock.length - head.length - labelWidth - 6);
  const text = truncate(line.text, width);
  return `${paint("dim", clock)}  ${paint("dim", head)}  ${paint(line.color, label)}  ${text}`;
}
