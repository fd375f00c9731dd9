import { createHash } from "node:crypto";
import type { NewEvent } from "../../../core/event.js";
import type { JsonObject } from "../../../core/json.js";
import { createRedactor } from "../../../core/redaction.js";
import { messageKey } from "../story.js";
import { eventIdFor, textOf } from "../telling/input.js";
import type { Telling } from "../telling/telling.js";

/** An event that a transcript tells of, under an id that comes from the transcript alone. */
export interface TranscriptEvent extends NewEvent {
  eventId: string;
  /**
   * Other sources tell some things under ids of their own: a message, the end of a turn or of an agent,
   * a compaction. This one is the so many-th of its like in the transcript, counted from 1, and is known
   * where the session holds as many.
   */
  nth?: number;
}

/** What an agent says it used in all, by model: dollars, and counts of tokens. */
export interface AgentsUsage {
  usd: number;
  models: Record<string, { usd: number; tokens: JsonObject }>;
}

/** One of the conversations that a session's transcripts hold: the main agent's, or a subagent's. */
export interface Stream {
  agentId: string | undefined;
  turn: string | undefined;
  /** When its newest line was written. */
  at: string | undefined;
  /** The model that was asked last. */
  asked: string | undefined;
  /** The model call that its newest lines are of, with the highest figures so far. */
  call: { callId: string; record: JsonObject } | undefined;
  /** Why the model stopped, where that ends the turn. */
  stopped: boolean;
  /** What follows was run on the spot and not sent to the model. */
  local: boolean;
  /** A compaction whose summary is still to come. */
  boundary: { uuid: string; trigger: string | undefined; at: string | undefined } | undefined;
}

export function newStream(agentId: string | undefined): Stream {
  return {
    agentId,
    turn: undefined,
    at: undefined,
    asked: undefined,
    call: undefined,
    stopped: false,
    local: false,
    boundary: undefined,
  };
}

const redact = createRedactor();

/** Names events by what they tell, and counts those that others name otherwise. */
export class Naming {
  private readonly counts = new Map<string, number>();

  /** The events with their ids. `line` names what they come from. */
  name(events: readonly NewEvent[], line: string): TranscriptEvent[] {
    let unnamed = 0;
    return events.map((event) => {
      const special = this.special(event);
      if (special) return { ...event, ...special };
      if (event.eventId !== undefined) return { ...event, eventId: event.eventId };
      unnamed += 1;
      return { ...event, eventId: eventIdFor("transcript", unnamed === 1 ? line : `${line}:${unnamed}`) };
    });
  }

  /** A name for a line that has none: what stands in it, and which one of its like it is. */
  ofContent(line: JsonObject): string {
    const digest = createHash("sha256").update(JSON.stringify(line)).digest("base64url").slice(0, 22);
    const count = this.next(`line ${digest}`);
    return count === 1 ? digest : `${digest}#${count}`;
  }

  private special({ type, data, eventId }: NewEvent): { eventId: string; nth: number } | undefined {
    if (type === "agent_completed") return this.numbered("agent-completed", String(data["agentId"]));
    if (type === "action" && data["type"] === "compaction") {
      return { eventId: eventId ?? eventIdFor("compaction", "?"), nth: this.next("compaction") };
    }
    if (type !== "response") return undefined;
    if (data["type"] === "turn_end") return this.numbered("turn-end", textOf(data["turn"]) ?? "");
    if (data["type"] !== "assistant_message" || eventId === undefined) return undefined;
    const key = messageKey(textOf(data["turn"]), textOf(data["agentId"]), String(redact(data["text"] ?? "")));
    return { eventId, nth: this.next(`said ${key}`) };
  }

  /** What the next end of a turn would be called. */
  nextEnd(turn: string | undefined): { eventId: string; nth: number } {
    return nthOf("turn-end", turn ?? "", (this.counts.get(`turn-end ${turn ?? ""}`) ?? 0) + 1);
  }

  private numbered(kind: string, id: string): { eventId: string; nth: number } {
    return nthOf(kind, id, this.next(`${kind} ${id}`));
  }

  private next(key: string): number {
    const count = (this.counts.get(key) ?? 0) + 1;
    this.counts.set(key, count);
    return count;
  }
}

function nthOf(kind: string, id: string, nth: number): { eventId: string; nth: number } {
  return { eventId: eventIdFor(kind, nth === 1 ? id : `${id}#${nth}`), nth };
}

/** What handlers of lines work with. */
export interface Reading {
  telling: Telling;
  stream: Stream;
  line: JsonObject;
  /** Tool calls without a result, with what a result depends on. */
  calls: Map<string, { tool: string; input: JsonObject; agentId: string | undefined; at: string | undefined }>;
  titles: { custom: boolean; shown: string | undefined };
  model: { current: string | undefined };
}
