import type { SessionEvent } from "../core/event.js";
import { objectOf } from "./record.js";
import type { JsonValue } from "../core/json.js";

export interface WindowBounds {
  events: number;
  /** About as many characters of JSON. */
  weight: number;
}

/**
 * A gapless stretch of a session's log: every event of the log that matches the filter and has a
 * seq above `from` and up to `to` is in `events`, in order. Bounded: what is added at one end
 * makes the other end give way.
 */
export class LogWindow {
  private list: SessionEvent[] = [];
  private weights: number[] = [];
  private weight = 0;
  from: number;
  to: number;
  private readonly bounds: WindowBounds;

  /** Holds nothing yet, behind seq `at`. */
  constructor(bounds: WindowBounds, at: number) {
    this.bounds = bounds;
    this.from = at;
    this.to = at;
  }

  get events(): readonly SessionEvent[] {
    return this.list;
  }

  /** The log has nothing more below. */
  get atStart(): boolean {
    return this.from === 0;
  }

  /** It holds as much as it may. */
  get full(): boolean {
    return this.list.length >= this.bounds.events || this.weight >= this.bounds.weight;
  }

  /** Older events: all that match above seq `from`. Of more than half a window's worth the newest are taken. */
  prepend(events: readonly SessionEvent[], from: number): void {
    const older = events.filter(({ seq }) => seq <= this.from);
    const weights = older.map(weightOf);
    const cut = older.length - this.fitting(weights.toReversed());
    this.list = [...older.slice(cut), ...this.list];
    this.weights = [...weights.slice(cut), ...this.weights];
    this.weight += sum(weights.slice(cut));
    this.from = cut > 0 ? older[cut - 1]!.seq : Math.min(from, this.from);
    this.dropNewest();
  }

  /** Newer events: all that match up to seq `to`. Of more than half a window's worth the oldest are taken. */
  append(events: readonly SessionEvent[], to: number): void {
    const newer = events.filter(({ seq }) => seq > this.to);
    const weights = newer.map(weightOf);
    const taken = this.fitting(weights);
    for (let index = 0; index < taken; index++) {
      this.list.push(newer[index]!);
      this.weights.push(weights[index]!);
      this.weight += weights[index]!;
    }
    this.to = taken < newer.length ? newer[taken - 1]!.seq : Math.max(this.to, to);
    this.dropOldest();
  }

  /** How many of the first fit into half a window; at least one. */
  private fitting(weights: readonly number[]): number {
    const most = Math.max(1, Math.floor(this.bounds.events / 2));
    let weight = 0;
    let count = 0;
    while (count < weights.length && count < most) {
      weight += weights[count]!;
      if (count > 0 && weight > this.bounds.weight / 2) break;
      count += 1;
    }
    return count;
  }

  /** A page more pushes nothing out. */
  get roomy(): boolean {
    return this.list.length <= this.bounds.events / 2 && this.weight <= this.bounds.weight / 2;
  }

  /** The newest event at or below `seq`; undefined where none is loaded. */
  at(seq: number): SessionEvent | undefined {
    const index = this.list.findLastIndex((event) => event.seq <= seq);
    return index === -1 ? undefined : this.list[index];
  }

  /** More than a step beyond the bound, so that not every event moves everything. */
  private dropOldest(): void {
    let drop = 0;
    let weight = this.weight;
    const slack = Math.max(1, Math.floor(this.bounds.events / 4));
    if (this.list.length <= this.bounds.events + slack && weight <= this.bounds.weight * 1.25) return;
    while (
      drop < this.list.length - 1 &&
      (this.list.length - drop > this.bounds.events || weight > this.bounds.weight)
    ) {
      weight -= this.weights[drop]!;
      drop += 1;
    }
    if (drop === 0) return;
    this.from = this.list[drop - 1]!.seq;
    this.list = this.list.slice(drop);
    this.weights = this.weights.slice(drop);
    this.weight = weight;
  }

  private dropNewest(): void {
    let keep = this.list.length;
    while (keep > 1 && (keep > this.bounds.events || this.weight > this.bounds.weight)) {
      keep -= 1;
      this.weight -= this.weights[keep]!;
    }
    if (keep === this.list.length) return;
    this.list = this.list.slice(0, keep);
    this.weights = this.weights.slice(0, keep);
    this.to = this.list.at(-1)!.seq;
  }
}

/** About the characters of an event's JSON. */
function weightOf({ data }: SessionEvent): number {
  return 200 + weightOfValue(data);
}

function weightOfValue(value: JsonValue): number {
  if (typeof value === "string") return value.length + 2;
  if (typeof value !== "object" || value === null) return 5;
  if (Array.isArray(value)) return value.reduce<number>((total, item) => total + weightOfValue(item), 2);
  let total = 2;
  for (const [key, child] of Object.entries(objectOf(value))) total += key.length + 3 + weightOfValue(child);
  return total;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
