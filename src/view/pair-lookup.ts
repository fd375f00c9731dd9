import { toolCallTypes } from "../core/activity.js";
import type { SessionEvent } from "../core/event.js";
import { durationOf, toolStatus } from "./feed-status.js";
import type { FeedItem } from "./feed-types.js";
import { textOf } from "./record.js";
import type { EventQuery, ViewSource } from "./source.js";

const remembered = 500;
/** How many calls, or results, are looked through for the one that is missing. */
const searched = 500;

/** Finds the call of a result, and the result of a call, that lie outside what is loaded. */
export class PairLookup {
  private readonly options: { source: Pick<ViewSource, "events">; sessionId: string };
  private readonly found: () => void;
  /** By the item's key: what was found, null for nothing. */
  private readonly known = new Map<string, SessionEvent | null>();
  private readonly wanted: FeedItem[] = [];
  private busy = false;
  private closed = false;

  constructor(options: PairLookup["options"], found: () => void) {
    this.options = options;
    this.found = found;
  }

  /** Looks for the other half of an item, unless it is whole or was looked for before. */
  want(item: FeedItem): void {
    if (!isHalf(item) || this.known.has(item.key)) return;
    this.remember(item.key, null);
    this.wanted.push(item);
    void this.work();
  }

  /** The items, with the halves that were found. */
  complete(items: FeedItem[]): FeedItem[] {
    if (this.known.size === 0) return items;
    return items.map((item) => {
      const other = isHalf(item) ? this.known.get(item.key) : undefined;
      return other ? joined(item, other) : item;
    });
  }

  close(): void {
    this.closed = true;
    this.wanted.length = 0;
  }

  private async work(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    for (let item = this.wanted.pop(); item; item = this.wanted.pop()) {
      const other = await this.read(item).catch(() => undefined);
      if (this.closed) return;
      if (other === undefined) this.known.delete(item.key);
      if (!other) continue;
      this.remember(item.key, other);
      this.found();
    }
    this.busy = false;
  }

  /** Null where it is not there; throws where it could not be read. */
  private async read({ begin, end, seq }: FeedItem): Promise<SessionEvent | null> {
    const toolCallId = textOf((begin ?? end)!.data["toolCallId"]);
    const query: EventQuery = begin
      ? { after: seq, limit: searched, filter: { types: ["response"], responses: ["tool_result"] } }
      : { before: seq, limit: searched, filter: { types: ["action"], actions: toolCallTypes } };
    const { events } = await this.options.source.events(this.options.sessionId, query);
    return events.find(({ data }) => data["toolCallId"] === toolCallId) ?? null;
  }

  private remember(key: string, event: SessionEvent | null): void {
    this.known.set(key, event);
    if (this.known.size > remembered) this.known.delete(this.known.keys().next().value!);
  }
}

function isHalf({ kind, begin, end, status }: FeedItem): boolean {
  if (kind !== "tool" || textOf((begin ?? end)?.data["toolCallId"]) === null) return false;
  return begin === null || (end === null && status === "unknown");
}

function joined(item: FeedItem, other: SessionEvent): FeedItem {
  if (item.begin === null)
    return { ...item, begin: other, durationMs: item.durationMs ?? durationOf(other, item.end!) };
  return { ...item, end: other, status: toolStatus(other), durationMs: durationOf(item.begin, other) };
}
