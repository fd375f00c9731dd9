import { isJsonObject, type JsonObject } from "../../../core/json.js";
import { toTimestamp } from "../../../core/timestamp.js";
import { endSession, reopen } from "../claude-code-session.js";
import { meetAgent, type AgentFile } from "./agents.js";
import { isNoise } from "./lines.js";
import { readLine } from "./readers.js";
import { createSidechains } from "./sidechains.js";
import { Naming, newStream, type AgentsUsage, type Reading, type Stream, type TranscriptEvent } from "./stream.js";
import { usageOf } from "./usage.js";
import { finishTurn } from "./user.js";
import { emptyStory } from "../story.js";
import { objectOf, partIdFor, sessionIdFor, textOf } from "../telling/input.js";
import { beginTelling, change, present } from "../telling/telling.js";

/** Where a session stands after the lines so far, should no more come. */
export interface Standing {
  /** When the newest line was written, RFC 3339. */
  at: string | undefined;
  work: "running" | "idle" | "ended";
  /** What is so if nothing more comes: a turn that has said all it had to say is over. */
  events: TranscriptEvent[];
  /** The agent's own figures, where no model call came after them. */
  usage?: AgentsUsage;
}

/** Makes events of the lines of one session's transcripts. */
export interface TranscriptMapper {
  /** What one line tells. The same lines in the same order make the same events, however they come. */
  take(line: unknown, file?: AgentFile): TranscriptEvent[];
  /** Changes nothing. */
  standing(): Standing;
}

export interface MapperOptions {
  /** Where the session's transcript lies. */
  path?: string;
  /** Lines, by `uuid`, that a fork copied from the session that it came out of. */
  copies?: ReadonlySet<string>;
  parentSession?: string;
}

const source = "claude-code";
const mostCalls = 4096;

/**
 * Tells what Claude Code's own records of a session say, in the vocabulary of `src/core/activity.ts`,
 * with ids that come from the records. What the vendor says to the model is left out; lines of kinds
 * that are not known are kept as `agent_event`. Takes anything, and throws nothing.
 */
export function createTranscriptMapper(options: MapperOptions = {}): TranscriptMapper {
  return new Mapper(options);
}

class Mapper implements TranscriptMapper {
  private readonly options: MapperOptions;
  private readonly telling = beginTelling({ session: undefined, story: emptyStory() }, { source });
  private readonly naming = new Naming();
  private readonly streams = new Map<string, Stream>();
  private readonly sidechains = createSidechains();
  private readonly shared: Pick<Reading, "calls" | "titles" | "model"> = {
    calls: new Map(),
    titles: { custom: false, shown: undefined },
    model: { current: undefined },
  };
  private readonly held: TranscriptEvent[] = [];
  /** When the line before was written. */
  private at: string | undefined;
  private cwd: string | undefined;
  private created = false;
  /** The session began with `/clear` in another one. */
  private cleared = false;
  private usage: AgentsUsage | undefined;
  /** The session that this one was forked from. */
  private origin: string | undefined;

  constructor(options: MapperOptions) {
    this.options = options;
    this.origin = options.parentSession;
  }

  take(value: unknown, file?: AgentFile): TranscriptEvent[] {
    if (!isJsonObject(value)) return [];
    const line = value;
    const uuid = textOf(line["uuid"]);
    if (this.isCopy(line, uuid)) return [];
    const reading = this.open(line, file);
    this.read(reading, textOf(line["type"]) ?? "unknown");
    return this.close(reading, uuid);
  }

  /** A fork begins with what was said in the session that it came out of, which tells that itself. */
  private isCopy(line: JsonObject, uuid: string | undefined): boolean {
    const origin = textOf(objectOf(line["forkedFrom"])["sessionId"]);
    if (origin === undefined) return uuid !== undefined && this.options.copies?.has(uuid) === true;
    this.origin ??= sessionIdFor(origin);
    return true;
  }

  /** The line in its place: in which stream it is, in which turn, and when. */
  private open(line: JsonObject, file: AgentFile | undefined): Reading {
    const { telling, shared } = this;
    const agent = file ?? this.sidechains.agentOf(line, shared.calls);
    const agentId = agent === undefined ? undefined : partIdFor(agent.agentId);
    const main = this.stream(undefined);
    const stream = this.stream(agentId);
    stream.at = toTimestamp(line["timestamp"]) ?? stream.at ?? this.at;
    this.at = stream.at;
    stream.turn = turnOf(line) ?? stream.turn ?? main.turn;
    telling.agentId = agentId;
    telling.turn = stream.turn;
    telling.timestamp = stream.at;
    const reading = { telling, stream, line, ...shared };
    if (agent !== undefined && !isNoise(String(line["type"]))) meetAgent(reading, agent);
    return reading;
  }

  private stream(agentId: string | undefined): Stream {
    const known = this.streams.get(agentId ?? "");
    if (known) return known;
    const made = newStream(agentId);
    this.streams.set(agentId ?? "", made);
    return made;
  }

  private read(reading: Reading, type: string): void {
    const { stream, line } = reading;
    if (type === "api-request") stream.asked = textOf(objectOf(line["params"])["model"]) ?? stream.asked;
    if (isNoise(type)) return;
    if (type === "cost-state") return this.leave(reading);
    if (isOfConversation(type)) this.goOn(reading);
    if (this.cleared) this.link(line);
    readLine(reading, type);
  }

  /** The agent wrote down what it spent: it does so where it leaves a session. */
  private leave(reading: Reading): void {
    const { telling, stream, line } = reading;
    this.usage = this.origin !== undefined ? undefined : usageOf(line);
    if (telling.over || !this.created) return;
    finishTurn(telling, stream);
    endSession(telling, { reason: "other" });
  }

  /** Somebody works in the session; one that was left is taken up again. */
  private goOn({ telling, line, stream }: Reading): void {
    const isWork = line["type"] === "assistant" || isPrompt(line) || line["isCompactSummary"] === true;
    if (telling.over && isWork && stream.agentId === undefined) reopen(telling);
    if (telling.story.turns.length === 0 && isClear(line)) this.cleared = true;
    const cwd = textOf(line["cwd"]);
    if (stream.agentId !== undefined || cwd === undefined || cwd === this.cwd) return;
    this.cwd = cwd;
    change(telling, "state_updated", { workspace: { cwd } });
  }

  /** After `/clear`, lines go on naming the session that was cleared. */
  private link(line: JsonObject): void {
    const before = textOf(line["session_id"]);
    if (before === undefined) return;
    this.cleared = false;
    if (before !== textOf(line["sessionId"])) this.telling.metadata["parentSession"] = sessionIdFor(before);
  }

  private close(reading: Reading, uuid: string | undefined): TranscriptEvent[] {
    const { telling, line, calls } = reading;
    if (Object.keys(telling.metadata).length > 0) {
      change(telling, "metadata_updated", { ...telling.metadata });
      for (const key of Object.keys(telling.metadata)) delete telling.metadata[key];
    }
    if (calls.size > mostCalls) calls.delete(calls.keys().next().value!);
    const events = telling.events.splice(0);
    if (events.length === 0) return [];
    if (events.some(({ data }) => data["type"] === "model_call")) this.usage = undefined;
    const named = this.naming.name(events, uuid ?? this.naming.ofContent(line));
    return this.created ? named : this.begin(reading, named);
  }

  /** A session begins when its first line with a time was written; what stands before that is held until then. */
  private begin(reading: Reading, events: readonly TranscriptEvent[]): TranscriptEvent[] {
    this.held.push(...events);
    const { at } = reading.stream;
    if (at === undefined) return [];
    this.created = true;
    const timed = this.held.splice(0).map((event) => ({ ...event, timestamp: event.timestamp ?? at }));
    return [this.creation(reading), ...timed];
  }

  private creation({ line, stream }: Reading): TranscriptEvent {
    const { path } = this.options;
    const initial = present({
      source,
      config: present({ permissionMode: textOf(line["permissionMode"]) }),
      cwd: textOf(line["cwd"]),
      transcriptPath: path,
      version: textOf(line["version"]),
      gitBranch: textOf(line["gitBranch"]),
      entrypoint: textOf(line["entrypoint"]),
    });
    const data = present({ tags: [source], parentSession: this.origin, initial });
    const timestamp = stream.at === undefined ? {} : { timestamp: stream.at };
    return { type: "session_created", eventId: "transcript:created", data, ...timestamp };
  }

  standing(): Standing {
    const { telling, usage } = this;
    const main = this.stream(undefined);
    const newest = [...this.streams.values()]
      .flatMap(({ at }) => at ?? [])
      .toSorted(byTime)
      .at(-1);
    const isOver = telling.story.ended || main.stopped;
    const work = telling.over ? "ended" : isOver ? "idle" : "running";
    const events = main.stopped && !telling.story.ended && !telling.over ? [this.quietEnd(main)] : [];
    return { at: newest, work, events, ...(usage && { usage }) };
  }

  private quietEnd({ at }: Stream): TranscriptEvent {
    const { turn } = this.telling.story;
    const data = present({ type: "turn_end", source, turn, status: "ok" });
    return { type: "response", data, ...this.naming.nextEnd(turn), ...(at !== undefined && { timestamp: at }) };
  }
}

function byTime(a: string, b: string): number {
  return Date.parse(a) - Date.parse(b);
}

function isOfConversation(type: string): boolean {
  return type === "user" || type === "assistant";
}

function isClear(line: JsonObject): boolean {
  const content = objectOf(line["message"])["content"];
  return typeof content === "string" && content.startsWith("<command-name>/clear</command-name>");
}

function isPrompt(line: JsonObject): boolean {
  const content = objectOf(line["message"])["content"];
  const isResult = Array.isArray(content) && content.some((block) => objectOf(block)["type"] === "tool_result");
  return line["type"] === "user" && line["isMeta"] !== true && !isResult && line["isCompactSummary"] !== true;
}

/** The prompt that a line is about; older releases do not name prompts, and the line itself does. */
function turnOf(line: JsonObject): string | undefined {
  const named = textOf(line["promptId"]);
  return named ?? (isPrompt(line) && line["isSidechain"] !== true ? textOf(line["uuid"]) : undefined);
}
