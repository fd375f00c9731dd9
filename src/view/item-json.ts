import type { SessionEvent } from "../core/event.js";
import type { JsonValue } from "../core/json.js";
import type { FeedItem } from "./feed-types.js";

/** An item as JSON to copy or to open: its one event, or the list of them. */
export function itemJson(item: FeedItem): JsonValue {
  const events = [item.begin, item.end].filter((event): event is SessionEvent => event !== null);
  return (events.length === 1 ? events[0]! : events) as unknown as JsonValue;
}
