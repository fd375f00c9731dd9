import type { TimeRange } from "./timeline-types.js";

interface Point {
  seq: number;
  at: number;
}

/**
 * When each event of a log happened, about: known for some of them, and in between as if they came
 * evenly. Times of a log mostly rise; one that does not counts as the one before it.
 */
export class TimeScale {
  private list: Point[] = [];

  get points(): readonly Point[] {
    return this.list;
  }

  add(points: readonly Point[]): void {
    const known = new Map(this.list.map((point) => [point.seq, point]));
    for (const point of points) if (Number.isFinite(point.at)) known.set(point.seq, point);
    this.list = [...known.values()].sort((a, b) => a.seq - b.seq);
    for (let index = 1; index < this.list.length; index++) {
      const before = this.list[index - 1]!;
      if (this.list[index]!.at < before.at) this.list[index] = { seq: this.list[index]!.seq, at: before.at };
    }
  }

  timeOf(seq: number): number {
    return between(this.list, seq, "seq", "at");
  }

  seqAt(at: number): number {
    return Math.round(between(this.list, at, "at", "seq"));
  }

  /** Seqs that hold everything of a stretch of time: `after` lies before it, `to` at its end or behind. */
  around({ from, to }: TimeRange): { after: number; to: number } {
    const first = this.list.findLast(({ at }) => at < from);
    const last = this.list.find(({ at }) => at > to) ?? this.list.at(-1);
    return { after: first?.seq ?? 0, to: last?.seq ?? 0 };
  }

  /** How many events there were in each of `count` equal parts of a stretch of time. */
  density({ from, to }: TimeRange, count: number): number[] {
    const parts = Array.from({ length: count }, () => 0);
    const width = (to - from) / count;
    if (!(width > 0)) return parts;
    for (let index = 0; index < this.list.length; index++) {
      const { seq, at } = this.list[index]!;
      const before = this.list[index - 1] ?? { seq: 0, at };
      spread(parts, (before.at - from) / width, (at - from) / width, seq - before.seq);
    }
    return parts;
  }
}

/** Adds `amount` to the parts from `low` to `high`, evenly. */
function spread(parts: number[], low: number, high: number, amount: number): void {
  const last = parts.length - 1;
  const first = Math.min(last, Math.max(0, Math.floor(low)));
  const end = Math.min(last, Math.max(0, Math.floor(high)));
  for (let part = first; part <= end; part++) {
    const share = high > low ? (Math.min(high, part + 1) - Math.max(low, part)) / (high - low) : 1;
    parts[part]! += amount * Math.max(0, Math.min(1, first === end ? 1 : share));
  }
}

function between(points: readonly Point[], value: number, of: keyof Point, want: keyof Point): number {
  const next = points.findIndex((point) => point[of] >= value);
  if (next === -1) return points.at(-1)?.[want] ?? 0;
  const high = points[next]!;
  const low = points[next - 1];
  if (!low || high[of] === low[of]) return high[want];
  return low[want] + ((value - low[of]) / (high[of] - low[of])) * (high[want] - low[want]);
}
