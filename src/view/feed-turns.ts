import type { SessionEvent } from "../core/event.js";
import type { TurnStats } from "./feed-types.js";
import { addTokens, numberOf, objectOf, textOf, timeOf, tokensOf } from "./record.js";

/** One prompt and what it set off; changes as events come. */
export interface Turn {
  /** The key of the prompt's item. */
  readonly key: string;
  readonly id: string | null;
  readonly began: number;
  last: number;
  ended: TurnStats["status"] | null;
  stats: Omit<TurnStats, "status" | "durationMs">;
}

/** The ids of corrections are those of what they correct, with a number. */
const correction = /#\d+$/;

/** Which turn an event belongs to: the one it names, else the latest. */
export class Turns {
  private readonly byId = new Map<string, Turn>();
  private current: Turn | null = null;
  /** Turns whose figures changed since they were taken. */
  private readonly changed = new Set<Turn>();

  begin(key: string, event: SessionEvent): Turn {
    if (this.current && this.current.ended === null) this.close(this.current, "unknown");
    const id = textOf(event.data["turn"]);
    const at = timeOf(event);
    const stats = { tools: 0, failedTools: 0, modelCalls: 0, messages: 0, tokens: { input: 0, output: 0 }, cost: 0 };
    const turn: Turn = { key, id, began: at, last: at, ended: null, stats };
    if (id !== null) this.byId.set(id, turn);
    this.current = turn;
    this.changed.add(turn);
    return turn;
  }

  /** The turn whose prompt this corrects: telemetry may tell of a prompt before its text is known. */
  correctedBy({ eventId, data }: SessionEvent): Turn | null {
    const id = textOf(data["turn"]);
    return id !== null && correction.test(eventId) ? (this.byId.get(id) ?? null) : null;
  }

  /** Null before the first prompt, and where the event names a turn that is not loaded. */
  of({ data, type }: SessionEvent): Turn | null {
    if (type === "session_created" || type === "metadata_updated") return null;
    const id = textOf(data["turn"]);
    if (id === null) return this.current;
    return this.byId.get(id) ?? null;
  }

  count(turn: Turn, event: SessionEvent, change: (stats: Turn["stats"]) => void): void {
    change(turn.stats);
    this.touch(turn, event);
  }

  touch(turn: Turn, event: SessionEvent): void {
    const at = timeOf(event);
    // What a turn set off in the background outlives it.
    if (turn.ended === null && at > turn.last) turn.last = at;
    this.changed.add(turn);
  }

  /** A model call adds its figures; a correction first takes back what was counted. */
  countModelCall(turn: Turn, event: SessionEvent): void {
    const { data } = event;
    const replaced = data["replaces"];
    this.count(turn, event, (stats) => {
      stats.tokens = addTokens(stats.tokens, tokensOf(data["tokens"]));
      stats.cost += numberOf(objectOf(data["cost"])["usd"]) ?? 0;
      if (replaced === undefined) stats.modelCalls += 1;
      else {
        stats.tokens = addTokens(stats.tokens, tokensOf(objectOf(replaced)["tokens"]), -1);
        stats.cost -= numberOf(objectOf(objectOf(replaced)["cost"])["usd"]) ?? 0;
      }
    });
  }

  end(turn: Turn, event: SessionEvent): void {
    this.touch(turn, event);
    const status = event.data["status"];
    this.close(turn, status === "error" || status === "interrupted" ? status : "ok");
  }

  /** Nothing goes on any more: what has not ended, ended unseen. */
  endAll(): void {
    if (this.current && this.current.ended === null) this.close(this.current, "unknown");
  }

  /** The figures that changed since the last time; `toHead`: a turn without an end is still running. */
  take(toHead: boolean): { key: string; stats: TurnStats }[] {
    const taken = [...this.changed].map(({ key, stats, began, last, ended }) => {
      const span = last - began;
      const durationMs = Number.isFinite(span) ? Math.max(0, span) : 0;
      return { key, stats: { ...stats, status: ended ?? (toHead ? "running" : "unknown"), durationMs } };
    });
    this.changed.clear();
    return taken;
  }

  private close(turn: Turn, status: TurnStats["status"]): void {
    turn.ended = status;
    this.changed.add(turn);
  }
}
