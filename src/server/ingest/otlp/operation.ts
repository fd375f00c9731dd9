import type { ActivityError, Tokens } from "../../../core/activity.js";
import type { JsonObject, JsonValue } from "../../../core/json.js";
import type { Message } from "./messages.js";

/** What a span or a log record says that was done, in whichever convention it says it. */
export interface Operation {
  /** `agent`: someone else's work, with steps of its own. */
  kind: "model" | "tool" | "agent" | "step";
  /** The tool's, the agent's or the step's name. */
  name: string;
  source: string;
  model?: string;
  provider?: string;
  tokens?: Tokens;
  /** The source's own figure, in US dollars. */
  usd?: number;
  callId?: string;
  toolCallId?: string;
  stopReason?: string;
  input?: JsonValue;
  output?: JsonValue;
  /** To the model, or to the agent. */
  asked: Message[];
  said: Message[];
  error?: ActivityError;
  extra: JsonObject;
}

/**
 * Tokens from counts in which the cached ones are part of the input, as the conventions have it. Where
 * they are more than the input, the source counts them apart.
 */
export function inclusiveTokens(counts: {
  input: number | undefined;
  output: number | undefined;
  cacheRead?: number;
  cacheWrite?: number;
  reasoning?: number;
}): Tokens | undefined {
  const { input = 0, output = 0, cacheRead = 0, cacheWrite = 0, reasoning } = counts;
  if (counts.input === undefined && counts.output === undefined) return undefined;
  const cached = cacheRead + cacheWrite;
  return {
    input: cached <= input ? input - cached : input,
    output,
    ...(cacheRead > 0 && { cacheRead }),
    ...(cacheWrite > 0 && { cacheWrite5m: cacheWrite }),
    ...(reasoning !== undefined && reasoning > 0 && { reasoning }),
  };
}
