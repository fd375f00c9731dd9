import type { SessionEvent } from "../core/event.js";

/**
 * What each agent of a session finished, in the order in which it did: the main one under `main`,
 * every other under its type. Agents work side by side, so only the order within one is certain.
 */
export type Threads = Record<string, string[]>;

/** What a story expects: as {@link Threads}, where the items of an inner list come in any order. */
export type ExpectedThreads = Record<string, readonly (string | readonly string[])[]>;

export function threadsOf(events: readonly SessionEvent[]): Threads {
  const names = agentTypes(events);
  const threads: Threads = {};
  for (const event of withoutCorrections(events)) {
    const text = finished(event);
    if (text === undefined) continue;
    const agentId = event.data["agentId"];
    const name = typeof agentId === "string" ? (names.get(agentId) ?? agentId) : "main";
    (threads[name] ??= []).push(text);
  }
  return threads;
}

/**
 * The events with one result for each tool call, one prompt for each turn, and one end for each
 * agent: a source that knows more tells of it again. It stands where it was first told of, apart
 * from what was only presumed.
 */
function withoutCorrections(events: readonly SessionEvent[]): SessionEvent[] {
  const told = new Map<string, SessionEvent[]>();
  for (const event of events) {
    const thing = thingOf(event);
    if (thing !== undefined) told.set(thing, [...(told.get(thing) ?? []), event]);
  }
  return events.flatMap((event) => {
    const all = told.get(thingOf(event) ?? "");
    if (all === undefined) return [event];
    const place = all.find(({ data }) => data["presumed"] !== true) ?? all[0];
    return event === place ? [all.at(-1)!] : [];
  });
}

/** What an event tells the end of, or the beginning, that more than one source knows; undefined for any other. */
function thingOf(event: SessionEvent): string | undefined {
  const { type, data } = event;
  if (isResult(event)) return `result ${String(data["toolCallId"])}`;
  if (type === "agent_completed") return `agent ${String(data["agentId"])} ${String(data["status"])}`;
  const isPrompt = data["type"] === "user_prompt" && typeof data["turn"] === "string";
  return isPrompt ? `prompt ${String(data["turn"])}` : undefined;
}

function isResult({ type, data }: SessionEvent): boolean {
  return type === "response" && data["type"] === "tool_result";
}

/** The types of a session's agents, by their ids; whoever tells of an agent's end may know better than who saw it first. */
function agentTypes(events: readonly SessionEvent[]): Map<string, string> {
  const named = events.filter(({ type, data }) => type.startsWith("agent_") && typeof data["type"] === "string");
  return new Map(named.map(({ data }) => [String(data["agentId"]), String(data["type"])]));
}

/** Who hears first of a call that a hook refuses decides which of the two it is called. */
const outcomes: Record<string, string> = { denied: "refused", rejected: "refused" };

const beginnings: Record<string, string> = {
  user_prompt: "prompt",
  agent_started: "started",
  agent_resumed: "resumed",
  agent_ended: "ended",
};

/** A few words for what an event says is done; undefined where it says nothing of the kind. */
function finished({ type, data }: SessionEvent): string | undefined {
  if (type === "agent_completed") return `agent ${String(data["status"])}`;
  if (type === "action") return beginnings[String(data["type"])];
  if (type !== "response") return undefined;
  const status = String(data["status"]);
  if (data["type"] === "step_end") return `step ${String(data["name"])} ${status}`;
  if (data["type"] === "tool_result") return `tool ${String(data["tool"])} ${outcomes[status] ?? status}`;
  return data["type"] === "turn_end" ? `turn ${status}` : undefined;
}

/** Only what came to a good end: what a process that was killed left open, and how it was taken up again, is left out. */
export function doneWell<T extends readonly (string | readonly string[])[]>(
  threads: Record<string, T>,
): ExpectedThreads {
  const well = (text: string) => /( ok| completed| refused)$/.test(text);
  const kept = Object.entries(threads).map(([name, items]) => [
    name,
    items
      .map((item) => (typeof item === "string" ? item : item.filter(well)))
      .filter((item) => (typeof item === "string" ? well(item) : item.length > 0)),
  ]);
  return Object.fromEntries(kept) as ExpectedThreads;
}

/** Where threads are not what was expected: one line for each agent, with the first difference. */
export function compareThreads(expected: ExpectedThreads, actual: Threads): string[] {
  const names = [...new Set([...Object.keys(expected), ...Object.keys(actual)])];
  return names.flatMap((name) => {
    const difference = firstDifference(expected[name] ?? [], actual[name] ?? []);
    return difference === undefined ? [] : [`${name}: ${difference}`];
  });
}

function firstDifference(
  expected: readonly (string | readonly string[])[],
  actual: readonly string[],
): string | undefined {
  let at = 0;
  for (const item of expected) {
    const wanted = typeof item === "string" ? [item] : [...item];
    const found = actual.slice(at, at + wanted.length);
    if (!sameItems(wanted, found)) return describe(at, wanted.join(" and "), found.join(" and "), actual);
    at += wanted.length;
  }
  return at < actual.length ? describe(at, "nothing more", actual.slice(at).join(", "), actual) : undefined;
}

function sameItems(a: readonly string[], b: readonly string[]): boolean {
  const [left, right] = [a.toSorted(), b.toSorted()];
  return left.length === right.length && left.every((item, index) => item === right[index]);
}

function describe(at: number, wanted: string, found: string, actual: readonly string[]): string {
  return `expected '${wanted}' in place ${at + 1} and found '${found || "the end"}', after: ${actual.slice(0, at).join(", ") || "nothing"}`;
}
