import { toolCallTypes } from "../core/activity.js";
import type { EventType, SessionEvent } from "../core/event.js";
import type { FeedKind } from "./feed-types.js";
import type { EventFilter, EventPage, EventQuery } from "./source.js";
import { recordType } from "./record.js";

interface KindRule {
  types: readonly EventType[];
  actions?: readonly string[];
  responses?: readonly string[];
}

const lifecycle = ["agent_started", "agent_resumed", "agent_ended", "compaction", "model_switch"];

/** What each kind of item is made of; `other` is whatever no other kind is made of. */
const rules: Record<Exclude<FeedKind, "other">, KindRule> = {
  session: { types: ["session_created", "session_finalized"], actions: lifecycle },
  prompt: { types: [], actions: ["user_prompt"] },
  message: { types: [], responses: ["assistant_message", "message_delta"] },
  thinking: { types: [], responses: ["thinking"] },
  tool: { types: [], actions: toolCallTypes, responses: ["tool_result"] },
  model: { types: [], responses: ["model_call"] },
  step: { types: [], actions: ["step_start"], responses: ["step_end"] },
  wait: { types: [], actions: ["wait_started"], responses: ["wait_ended"] },
  agent: { types: ["agent_spawned", "agent_completed"] },
  goal: { types: ["goal_added", "goal_updated"] },
  state: { types: ["state_updated"] },
  metadata: { types: ["metadata_updated"] },
  turn: { types: [], responses: ["turn_end"] },
  note: { types: [], actions: ["notification"] },
};

/** The events that items of these kinds are made of; undefined for all events. */
export function filterOfKinds(kinds: readonly FeedKind[] | null): EventFilter | undefined {
  if (kinds === null) return undefined;
  const named = kinds.flatMap((kind) => (kind === "other" ? [] : [rules[kind]]));
  const types = named.flatMap((rule) => rule.types);
  // What is of no known type cannot be named: all are read, and judged here.
  if (kinds.includes("other")) return { types: ["action", "response", ...types] };
  const actions = named.flatMap((rule) => rule.actions ?? []);
  const responses = named.flatMap((rule) => rule.responses ?? []);
  return {
    types: [
      ...(actions.length > 0 ? ["action" as const] : []),
      ...(responses.length > 0 ? ["response" as const] : []),
      ...types,
    ],
    ...(actions.length > 0 && { actions }),
    ...(responses.length > 0 && { responses }),
  };
}

export function matchesFilter(event: SessionEvent, filter: EventFilter | undefined): boolean {
  if (!filter) return true;
  if (!filter.types.includes(event.type)) return false;
  const wanted = event.type === "action" ? filter.actions : event.type === "response" ? filter.responses : undefined;
  return !wanted || wanted.includes(recordType(event) ?? "");
}

/** Pages of the three kinds of thing that a source can filter on its own side. */
export interface PageReaders {
  events(query: PageBounds & { types?: readonly EventType[] }): Promise<EventPage>;
  records(stream: "actions" | "responses", query: PageBounds & { types: readonly string[] }): Promise<EventPage>;
}

export type PageBounds = Pick<EventQuery, "after" | "before" | "limit">;

/** A page of filtered events out of as few reads as the filter takes, each filtered by the source. */
export async function readFiltered(readers: PageReaders, { filter, ...bounds }: EventQuery): Promise<EventPage> {
  if (!filter) return readers.events(bounds);
  const { actions, responses } = filter;
  const plain = filter.types.filter((type) => !(type === "action" && actions) && !(type === "response" && responses));
  const reads: Promise<EventPage>[] = [];
  if (plain.length > 0) reads.push(readers.events({ ...bounds, types: plain }));
  if (actions && filter.types.includes("action")) reads.push(readers.records("actions", { ...bounds, types: actions }));
  if (responses && filter.types.includes("response")) {
    reads.push(readers.records("responses", { ...bounds, types: responses }));
  }
  return mergePages(await Promise.all(reads), bounds);
}

/**
 * Pages of disjoint parts of a log as one page. Where a part has more, nothing beyond what it was
 * read to is taken of the others, so that the merged page has no holes.
 */
export function mergePages(pages: readonly EventPage[], { after, limit }: PageBounds): EventPage {
  const all = pages.flatMap(({ events }) => events).sort((a, b) => a.seq - b.seq);
  const cut = pages.filter(({ more, events }) => more && events.length > 0);
  if (after !== undefined) {
    const until = Math.min(...cut.map(({ events }) => events.at(-1)!.seq));
    const whole = all.filter(({ seq }) => seq <= until);
    return { events: whole.slice(0, limit), more: cut.length > 0 || whole.length > limit };
  }
  const from = Math.max(...cut.map(({ events }) => events[0]!.seq));
  const whole = all.filter(({ seq }) => seq >= from);
  return { events: whole.slice(-limit), more: cut.length > 0 || whole.length > limit };
}
