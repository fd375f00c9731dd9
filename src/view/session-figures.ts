import { isJsonObject } from "../core/json.js";
import type { Metadata } from "../core/metadata.js";

const costSources = ["agent", "estimate", "mixed"] as const;
export type CostSource = (typeof costSources)[number];

export interface SessionFigures {
  /** From its beginning to its end, or to now, in milliseconds; null where its beginning is not known. */
  durationMs: number | null;
  /** Every token that was read or written. */
  tokens: number;
  /** US dollars. */
  cost: number;
  /** Where the cost is from; null while there is none. */
  costSource: CostSource | null;
}

/** What a session came to so far. */
export function sessionFigures(metadata: Metadata, now: number): SessionFigures {
  const { tokenUsage, cost, created, status, lastEventAt, usage } = metadata;
  const begin = Date.parse(created);
  const end = status === "active" ? now : Date.parse(lastEventAt);
  const source = isJsonObject(usage) ? costSources.find((known) => known === usage["costSource"]) : undefined;
  return {
    durationMs: Number.isNaN(begin) ? null : Math.max(0, end - begin),
    tokens: Math.max(tokenUsage.total, tokenUsage.input + tokenUsage.output),
    cost,
    costSource: cost === 0 ? null : (source ?? null),
  };
}

/** What is said of a cost: shortly, and in full. */
export const costWords: Record<CostSource, { short: string; long: string }> = {
  agent: { short: "reported", long: "As the agent reports it." },
  estimate: { short: "estimated", long: "Estimated from list prices." },
  mixed: { short: "partly estimated", long: "Partly as the agent reports it, partly estimated from list prices." },
};
