import type { SessionEvent } from "../core/event.js";
import { numberOf, textOf } from "./record.js";

type SpanKind = "tool" | "step" | "agent" | "wait";

const idFields = { tool: "toolCallId", step: "stepId", agent: "agentId" } as const;

/** How an agent ended, by the keys of the items that tell of it. */
export interface AgentEnd {
  /** Where it was set to work; null where that is not among the events. */
  spawn: string | null;
  end: string;
}

interface OpenWait {
  key: string;
  kind: string | null;
  toolCallId: string | null;
  approvalId: string | null;
}

/** Pairs what begins with what ends it, and the pieces of a message with each other; by the items' keys. */
export class FeedSpans {
  private readonly known = {
    tool: new Map<string, string>(),
    step: new Map<string, string>(),
    agent: new Map<string, string>(),
  };
  private readonly open = new Set<string>();
  private waits: OpenWait[] = [];
  private readonly agentEnds = new Map<string, AgentEnd>();
  private readonly drafts = new Map<string, { key: string; pieces: string[]; text: string }>();

  /** The span's id; null where the event names none and its end can therefore not be told. */
  begin(kind: SpanKind, event: SessionEvent, key: string): string | null {
    if (kind === "wait") {
      this.waits.push(waitOf(event, key));
      this.open.add(key);
      return key;
    }
    const id = textOf(event.data[idFields[kind]]);
    if (id === null) return null;
    this.known[kind].set(id, key);
    if (kind === "agent") this.agentEnds.delete(id);
    this.open.add(key);
    return id;
  }

  /** The key of what began with the same id. */
  keyOf(kind: Exclude<SpanKind, "wait">, event: SessionEvent): string | null {
    const id = textOf(event.data[idFields[kind]]);
    const key = id === null ? undefined : this.known[kind].get(id);
    if (key !== undefined) this.open.delete(key);
    return key ?? null;
  }

  /** As {@link keyOf}; what ended once does not end again. */
  end(kind: Exclude<SpanKind, "tool">, event: SessionEvent): string | null {
    if (kind === "wait") return this.endWait(event);
    const key = this.keyOf(kind, event);
    const id = textOf(event.data[idFields[kind]]);
    if (id !== null) this.known[kind].delete(id);
    return key;
  }

  /** An agent ended, for the first time since it was set to work. */
  noteAgentEnd(agentId: string, keys: AgentEnd): void {
    this.agentEnds.set(agentId, keys);
  }

  /** The end that was told before and may be told more of now; null where there is none. */
  agentEndOf(agentId: string): AgentEnd | null {
    return this.agentEnds.get(agentId) ?? null;
  }

  /** Everything that has not ended; forgets that it is open. */
  takeOpen(): string[] {
    const keys = [...this.open];
    this.open.clear();
    this.waits = [];
    return keys;
  }

  /** The wait that it names by its call or approval, else the oldest of its kind. */
  private endWait(event: SessionEvent): string | null {
    const { kind, toolCallId, approvalId } = waitOf(event, "");
    const ofKind = this.waits.filter((wait) => wait.kind === kind);
    const over =
      ofKind.find((wait) => approvalId !== null && wait.approvalId === approvalId) ??
      ofKind.find((wait) => toolCallId !== null && wait.toolCallId === toolCallId) ??
      ofKind[0];
    if (!over) return null;
    this.waits = this.waits.filter((wait) => wait !== over);
    this.open.delete(over.key);
    return over.key;
  }

  /** A piece of a message: the text so far, and the key of the message's item. */
  draft({ data }: SessionEvent, key: string): { key: string; text: string; isNew: boolean } {
    const messageId = textOf(data["messageId"]);
    const known = messageId === null ? undefined : this.drafts.get(messageId);
    const draft = known ?? { key, pieces: [], text: "" };
    const index = numberOf(data["index"]);
    const place =
      index !== null && Number.isInteger(index) && index >= 0 && index < 100_000 ? index : draft.pieces.length;
    const piece = textOf(data["text"]) ?? "";
    const isNext = place === draft.pieces.length;
    draft.pieces[place] = piece;
    draft.text = isNext ? draft.text + piece : draft.pieces.join("");
    if (messageId !== null) this.drafts.set(messageId, draft);
    if (!known) this.open.add(key);
    return { key: draft.key, text: draft.text, isNew: !known };
  }

  /** The key of the item whose pieces the message completes. */
  endDraft({ data }: SessionEvent): string | null {
    const messageId = textOf(data["messageId"]);
    const draft = messageId === null ? undefined : this.drafts.get(messageId);
    if (!draft) return null;
    this.drafts.delete(messageId!);
    this.open.delete(draft.key);
    return draft.key;
  }
}

function waitOf({ data }: SessionEvent, key: string): OpenWait {
  return {
    key,
    kind: textOf(data["kind"]),
    toolCallId: textOf(data["toolCallId"]),
    approvalId: textOf(data["approvalId"]),
  };
}
