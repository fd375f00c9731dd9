import type { FeedKind } from "./feed-types.js";

/** What people call the kinds of items, in filters. */
export const kindWords: Record<FeedKind, string> = {
  session: "session: begin, end, compaction",
  prompt: "prompts",
  message: "messages",
  thinking: "thinking",
  tool: "tool calls",
  model: "model calls",
  step: "steps",
  wait: "waits for a person",
  agent: "agents",
  goal: "goals",
  state: "state",
  metadata: "metadata",
  turn: "ends of turns",
  note: "notifications",
  other: "other",
};

/** The first kind that is chosen is shown alone; where none is left, all are (null). */
export function toggledKinds(kinds: readonly FeedKind[] | null, kind: FeedKind): readonly FeedKind[] | null {
  const next = kinds?.includes(kind) ? kinds.filter((each) => each !== kind) : [...(kinds ?? []), kind];
  return next.length === 0 ? null : next;
}
