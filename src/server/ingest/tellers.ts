import { createHash } from "node:crypto";
import { isJsonObject, type JsonObject, type JsonValue } from "../../core/json.js";

/*
 * Hooks and telemetry of one agent tell of the same prompts and calls. Where the agent gives these no
 * ids, or each source its own, the same thing is known by what it was and by when: both times are the
 * agent's own clock. Two sources are compared, and never a source with itself: who says the same
 * thing twice means two.
 */

export const tellers = ["hooks", "telemetry", "notify", "transcript"] as const;
/** `hooks` is whoever does not say; the others say so as `from` in a record's `extra`. */
export type Teller = (typeof tellers)[number];

export interface ToldPrompt {
  turn: string | undefined;
  /** Of its text. */
  key: string;
  /** Epoch milliseconds; of a turn that a `notify` told, its end. */
  at: number;
  from: Teller;
  redacted: boolean;
}

/** A tool call whose result was told. Times are epoch milliseconds. */
export interface ToldCall {
  turn: string | undefined;
  tool: string;
  inputKey: string;
  began: number;
  ended: number;
  from: Teller;
}

export interface ToldStart {
  /** Epoch milliseconds. */
  at: number;
  from: Teller;
}

/** Hooks run before and after what they tell of; telemetry is written down beside it. */
const slackMs = 10_000;
/** By so much may a later record's time lie before that of what set it off. */
const jitterMs = 1_000;

export function tellerOf({ extra }: JsonObject): Teller {
  const from = isJsonObject(extra) ? extra["from"] : undefined;
  return tellers.find((teller) => teller === from) ?? "hooks";
}

export function toldStart(record: JsonObject): ToldStart {
  return { at: timeOf(record), from: tellerOf(record) };
}

export function toldPrompt(record: JsonObject): ToldPrompt {
  const { turn, text } = record;
  const said = typeof text === "string" ? text : "";
  const told = { key: promptKey(said), ...toldStart(record), redacted: isRedacted(said) };
  return { turn: typeof turn === "string" ? turn : undefined, ...told };
}

type Begun = Pick<ToldCall, "turn" | "tool" | "inputKey"> & { told: ToldStart };

export function toldCall({ turn, tool, inputKey, told }: Begun, result: JsonObject): ToldCall {
  return { turn, tool, inputKey, from: told.from, began: told.at, ended: timeOf(result) };
}

/** Epoch milliseconds; not a number where the record does not say. */
function timeOf({ timestamp }: JsonObject): number {
  return Date.parse(typeof timestamp === "string" ? timestamp : "");
}

/** Tells the same inputs from different ones, in a few characters. */
export function inputKey(input: JsonValue | undefined): string {
  return createHash("sha256")
    .update(JSON.stringify(input) ?? "")
    .digest("base64url")
    .slice(0, 16);
}

/** A text without what two sources may set differently. */
export function bare(text: string): string {
  return text.replaceAll(/\s+/g, "");
}

/** Tells the same prompt from different ones. */
export function promptKey(said: string): string {
  return inputKey(bare(said));
}

/** What an agent puts in the place of a text that it does not want to tell. */
export function isRedacted(text: string): boolean {
  return text === "<REDACTED>";
}

/** The prompt as another source has told it. */
export function samePrompt(
  prompts: readonly ToldPrompt[],
  asked: Pick<ToldPrompt, "key" | "at" | "from">,
): ToldPrompt | undefined {
  const others = prompts.filter(({ key, from }) => key === asked.key && from !== asked.from);
  if (asked.from === "notify") return others.findLast(({ at }) => at <= asked.at + jitterMs);
  const near = others.filter(({ from, at }) =>
    from === "notify" ? at >= asked.at - jitterMs : Math.abs(at - asked.at) <= slackMs,
  );
  return near.toSorted((a, b) => Math.abs(a.at - asked.at) - Math.abs(b.at - asked.at))[0];
}

/** The start of the agent as another source has told it. */
export function sameStart(starts: readonly ToldStart[], asked: ToldStart): ToldStart | undefined {
  return starts.findLast(({ at, from }) => from !== asked.from && Math.abs(at - asked.at) <= slackMs);
}

/** The prompt that others than `asker` told and that what happened `at` some time belongs to. */
export function promptAt(prompts: readonly ToldPrompt[], at: number, asker: Teller): ToldPrompt | undefined {
  const others = prompts.filter(({ from }) => from !== asker);
  const begun = others.findLast((prompt) => prompt.from !== "notify" && prompt.at <= at + jitterMs);
  return begun ?? others.find((prompt) => prompt.from === "notify" && prompt.at >= at - jitterMs);
}

/** The call as another source has told it; `at` is a time of the call, or just beside it. */
export function sameCall(
  calls: readonly ToldCall[],
  asked: Pick<ToldCall, "tool" | "inputKey" | "from"> & { at: number },
): ToldCall | undefined {
  return calls.findLast(
    ({ tool, inputKey, from, began, ended }) =>
      tool === asked.tool &&
      inputKey === asked.inputKey &&
      from !== asked.from &&
      asked.at >= began - slackMs &&
      asked.at <= ended + slackMs,
  );
}
