/** How many events came in each of the last seconds; costs the same however many there are. */
export class RateRing {
  private readonly counts: Uint32Array;
  /** The second that was counted in last. */
  private second = 0;

  constructor(seconds: number) {
    this.counts = new Uint32Array(seconds);
  }

  /** Counts events at `now`, epoch milliseconds. */
  add(now: number, events = 1): void {
    const second = this.advance(now);
    this.counts[second % this.counts.length]! += events;
  }

  /** Oldest first; the last is the second that is not over yet. */
  read(now: number): number[] {
    const second = this.advance(now);
    const { length } = this.counts;
    return Array.from({ length }, (_, index) => this.counts[(second + 1 + index) % length]!);
  }

  /** Nothing was counted in its whole span. */
  isQuiet(now: number): boolean {
    return Math.floor(now / 1_000) - this.second >= this.counts.length;
  }

  /** The second of `now`; one that lies behind the newest counts as the newest: clocks are set back. */
  private advance(now: number): number {
    const second = Math.max(Math.floor(now / 1_000), this.second);
    const { length } = this.counts;
    const passed = second - this.second;
    if (passed >= length) this.counts.fill(0);
    else for (let step = 1; step <= passed; step++) this.counts[(this.second + step) % length] = 0;
    this.second = second;
    return second;
  }
}

/** The mean of the last five full seconds of a rate. */
export function perSecond(rate: readonly number[]): number {
  const full = rate.slice(-6, -1);
  return full.length === 0 ? 0 : full.reduce((total, count) => total + count, 0) / full.length;
}
