import type { SessionEvent } from "../core/event.js";
import { filterOfKinds, matchesFilter } from "./event-filter.js";
import { isFailure } from "./feed-status.js";
import type { FeedItem } from "./feed-types.js";
import { errorText, recordType, textOf } from "./record.js";
import type { FeedFilter } from "./session-view-types.js";

const failedStatuses: ReadonlySet<unknown> = new Set([
  "error", "failed", "failure", "denied", "rejected", "lost", "interrupted",
]); // prettier-ignore

/** Whether an event can be part of what the filter shows. */
export function keepsEvent(event: SessionEvent, filter: FeedFilter): boolean {
  if (!matchesFilter(event, filterOfKinds(filter.kinds))) return false;
  if (filter.agentId !== null && agentOf(event) !== filter.agentId) return false;
  if (filter.errors) return tellsOfFailure(event);
  return filter.minor || filter.kinds !== null || !isBookkeeping(event);
}

/** Whether an item is part of what the filter shows. */
export function keepsItem(item: FeedItem, filter: FeedFilter): boolean {
  if (filter.kinds !== null && !filter.kinds.includes(item.kind)) return false;
  if (filter.errors && !isFailure(item.status) && item.status !== "interrupted") return false;
  return filter.minor || filter.kinds !== null || !item.minor;
}

function agentOf({ data }: SessionEvent): string {
  return textOf(data["agentId"]) ?? "";
}

/** Model calls are kept: they are summed up at the prompt. */
function isBookkeeping(event: SessionEvent): boolean {
  return event.type === "metadata_updated" || recordType(event) === "agent_event";
}

function tellsOfFailure({ type, data }: SessionEvent): boolean {
  if (type === "state_updated" || type === "metadata_updated" || type === "goal_added") return false;
  return failedStatuses.has(data["status"]) || data["outcome"] === "denied" || errorText(data["error"]) !== null;
}
