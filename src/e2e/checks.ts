import type { SessionEvent } from "../core/event.js";
import type { JsonObject } from "../core/json.js";
import type { SessionLog } from "./session-log.js";
import { compareThreads, doneWell, threadsOf, type ExpectedThreads, type Threads } from "./threads.js";

/*
 * What a scenario asserts. Each takes a session as the public API tells it, and answers what is
 * wrong with it, one sentence each: none where it is as it has to be.
 */
type Problems = string[];

/** No event is missing, and none is there twice. */
export function isComplete({ events, metadata, sessionId }: SessionLog): Problems {
  const gap = events.findIndex(({ seq }, index) => seq !== index + 1);
  const stranger = events.find((event) => event.sessionId !== sessionId);
  return [
    ...(gap === -1 ? [] : [`Where seq ${gap + 1} was expected, the log has ${events[gap]!.seq}.`]),
    ...(stranger ? [`Event ${stranger.seq} is of the session ${stranger.sessionId}.`] : []),
    ...duplicates(events.map(({ eventId }) => eventId)).map((id) => `The event '${id}' is stored twice.`),
    ...(metadata.eventCount === events.length
      ? []
      : [`The metadata counts ${metadata.eventCount} events, and the log has ${events.length}.`]),
  ];
}

function duplicates(items: readonly string[]): string[] {
  const seen = new Set<string>();
  return items.filter((item) => seen.size === seen.add(item).size);
}

/** What a live subscriber was sent is what is stored: the same events, in the same order, with the same content. */
export function isWhatWasLive({ events, live }: SessionLog): Problems {
  const index = events.findIndex((event, at) => canonical(event) !== canonical(live[at]));
  if (index === -1 && live.length === events.length) return [];
  const at = index === -1 ? events.length : index;
  return [
    `The live feed sent ${live.length} events and ${events.length} are stored. ` +
      `They part at place ${at + 1}: live ${summary(live[at])}, stored ${summary(events[at])}.`,
  ];
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) =>
    typeof item === "object" && item !== null && !Array.isArray(item)
      ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => (a < b ? -1 : 1)))
      : item,
  );
}

function summary(event: SessionEvent | undefined): string {
  return event === undefined ? "nothing" : `seq ${event.seq} ${event.type} ${canonical(event.data).slice(0, 120)}`;
}

/** Everything that began has ended, once and not before it began. */
export function isPaired({ events }: SessionLog): Problems {
  return [
    ...unpaired(events, "tool call", "toolCallId", (type) => type === "tool_result"),
    ...unpaired(events, "step", "stepId", (type) => type === "step_end"),
  ];
}

function unpaired(events: readonly SessionEvent[], what: string, key: string, ends: (type: unknown) => boolean) {
  const open = new Map<string, string>();
  const problems: Problems = [];
  const named = (data: JsonObject) => `${what} '${String(data["tool"] ?? data["name"])}' (${String(data[key])})`;
  for (const { type, data, seq, eventId } of events) {
    const id = data[key];
    if (typeof id !== "string") continue;
    if (type === "action" && begins(data)) open.set(id, named(data));
    if (type !== "response" || !ends(data["type"])) continue;
    if (!open.delete(id) && !isCorrection(eventId))
      problems.push(`Event ${seq} ends the ${named(data)}, which is not open.`);
  }
  return [...problems, ...[...open.values()].map((name) => `The ${name} never ended.`)];
}

/** A source that knows more told of it again: its event is numbered behind the first one's id. */
function isCorrection(eventId: string): boolean {
  return /#\d+$/.test(eventId);
}

/** A wait names a tool call too. */
function begins({ type }: JsonObject): boolean {
  return type !== "wait_started";
}

/** Every agent finished what is expected of it, in order, and there is nobody else. */
export function tells(expected: ExpectedThreads) {
  return ({ events }: SessionLog): Problems => compareThreads(expected, threadsOf(events));
}

/** The same in the order in which things happened, which is another than that of the log where much was told late. */
export function tellsOf(expected: ExpectedThreads) {
  return ({ events }: SessionLog): Problems => {
    const byTime = events.toSorted((a, b) => Date.parse(a.timestamp) - Date.parse(b.timestamp));
    return compareThreads(doneWell(expected), doneWell(threadsOf(byTime)) as Threads);
  };
}

/** Every agent finished what is expected of it once, whatever a process that was killed left open. */
export function repeatsNothing(expected: ExpectedThreads) {
  return ({ events }: SessionLog): Problems =>
    compareThreads(doneWell(expected), doneWell(threadsOf(events)) as Threads);
}

/** The state went through these phases, and through no other. */
export function goesThrough(phases: readonly string[]) {
  return ({ events }: SessionLog): Problems => {
    const entered = events
      .filter(({ type, data }) => type === "state_updated" && typeof data["phase"] === "string")
      .map(({ data }) => String(data["phase"]));
    const wanted = phases.join(", ");
    return entered.join(", ") === wanted
      ? []
      : [`The phases were ${entered.join(", ") || "none"} and not ${wanted || "none"}.`];
  };
}

/** The goals, in the order in which they came, all completed. */
export function completesGoals(descriptions: readonly RegExp[]) {
  return ({ state: { goals } }: SessionLog): Problems => [
    ...(goals.length === descriptions.length
      ? []
      : [`There are ${goals.length} goals and not ${descriptions.length}.`]),
    ...descriptions
      .filter((wanted) => !goals.some(({ description }) => wanted.test(description)))
      .map((wanted) => `There is no goal like ${String(wanted)}.`),
    ...goals
      .filter(({ status }) => status !== "completed")
      .map(({ goalId, status }) => `The goal '${goalId}' is ${status} and not completed.`),
  ];
}

/** The agents that were spawned, by type and how they ended; in any order. */
export function spawnsAgents(expected: readonly string[]) {
  return ({ state: { agents } }: SessionLog): Problems => {
    const found = agents.map(({ type, status }) => `${type} ${status}`).sort();
    const wanted = expected.toSorted();
    return found.join(", ") === wanted.join(", ")
      ? []
      : [`The agents are ${found.join(", ") || "none"} and not ${wanted.join(", ")}.`];
  };
}

/** The metadata counts the tokens that the log's model calls tell of, and they are so many. */
export function countsTokens(expected?: { calls: number; input: number; output: number }) {
  return ({ events, metadata: { tokenUsage } }: SessionLog): Problems => {
    const calls = events.filter(({ data }) => data["type"] === "model_call").map(({ data }) => data["tokens"]);
    const sum = (kind: string) =>
      calls.reduce<number>((total, tokens) => total + Number((tokens as JsonObject | undefined)?.[kind] ?? 0), 0);
    const told = `${calls.length} calls, ${sum("input")} in, ${sum("output")} out`;
    const wanted = expected && `${expected.calls} calls, ${expected.input} in, ${expected.output} out`;
    return [
      ...(sum("input") > 0 && sum("output") > 0 ? [] : ["The log tells of no tokens."]),
      ...(tokenUsage.input === sum("input") && tokenUsage.output === sum("output")
        ? []
        : [`The metadata counts ${tokenUsage.input} in, ${tokenUsage.output} out, and the log tells of ${told}.`]),
      ...(wanted === undefined || told === wanted ? [] : [`The log tells of ${told}, and not of ${wanted}.`]),
    ];
  };
}

/** The session was created first, finalized once and as its last change, and its status says so. */
export function endsAs(status: string) {
  return ({ events, metadata, final }: SessionLog): Problems => {
    const finals = events.filter(({ type }) => type === "session_finalized");
    return [
      ...(events[0]?.type === "session_created" ? [] : ["The first event is not session_created."]),
      ...(finals.length === 1 ? [] : [`The session was finalized ${finals.length} times.`]),
      ...(metadata.status === status ? [] : [`The session is ${metadata.status} and not ${status}.`]),
      ...(final === null ? ["The session has no final record."] : []),
    ];
  };
}

/** What was read of the session before is its beginning still, and more has come. */
export function goesOnAfter(before: readonly SessionEvent[]) {
  return ({ events }: SessionLog): Problems => {
    const changed = before.findIndex((event, at) => canonical(event) !== canonical(events[at]));
    return [
      ...(before.length > 0 ? [] : ["Nothing was stored before."]),
      ...(changed === -1 ? [] : [`Before there was ${summary(before[changed])}, and now ${summary(events[changed])}.`]),
      ...(events.length > before.length ? [] : ["Nothing has come since."]),
    ];
  };
}

/** Something happened while the store was away (RFC 3339 times), and was told to it later. */
export function keptWhatHappenedIn({ from, to }: { from: string; to: string }) {
  return ({ events }: SessionLog): Problems => {
    const [begin, end] = [Date.parse(from), Date.parse(to)];
    const spooled = events.filter(({ timestamp, receivedAt }) => {
      const happened = Date.parse(timestamp);
      return happened >= begin && happened <= end && Date.parse(receivedAt) >= end;
    });
    return spooled.length > 0 ? [] : [`No event tells of what happened between ${from} and ${to}.`];
  };
}
