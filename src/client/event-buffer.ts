type Taker<T> = PromiseWithResolvers<IteratorResult<T, undefined>>;

/** A bounded queue between a producer that cannot be held back and one consumer that takes its time. */
export class EventBuffer<T> {
  private queue: { item: T; weight: number }[] = [];
  private next = 0;
  private held = 0;
  private ended = false;
  private failure: unknown;
  private takers: Taker<T>[] = [];
  private drains: (() => void)[] = [];
  private readonly bounds: { items: number; weight: number };

  constructor(bounds: { items: number; weight: number }) {
    this.bounds = bounds;
  }

  private get size(): number {
    return this.queue.length - this.next;
  }

  /** At its bound: the producer must stop until {@link EventBuffer.drained}. */
  get full(): boolean {
    return this.size >= this.bounds.items || this.held >= this.bounds.weight;
  }

  push(item: T, weight: number): void {
    const taker = this.takers.shift();
    if (taker) return taker.resolve({ done: false, value: item });
    this.queue.push({ item, weight });
    this.held += weight;
  }

  take(): Promise<IteratorResult<T, undefined>> {
    if (this.size > 0) return Promise.resolve({ done: false, value: this.shift() });
    const taker: Taker<T> = Promise.withResolvers();
    if (this.ended) this.finish(taker);
    else this.takers.push(taker);
    return taker.promise;
  }

  /** Resolves once everything has been taken, or the buffer ended. */
  drained(): Promise<void> {
    if (this.size === 0 || this.ended) return Promise.resolve();
    return new Promise((resolve) => this.drains.push(resolve));
  }

  /** What was pushed can still be taken; then iteration ends, or throws `error` once. */
  end(error?: unknown): void {
    if (this.ended) return;
    this.ended = true;
    this.failure = error;
    for (const taker of this.takers) this.finish(taker);
    this.takers = [];
    this.settleDrains();
  }

  /** Ends and forgets what was not taken. */
  discard(): void {
    this.queue = [];
    this.next = 0;
    this.held = 0;
    this.end();
  }

  private shift(): T {
    const { item, weight } = this.queue[this.next]!;
    this.next += 1;
    this.held -= weight;
    if (this.next === this.queue.length) {
      this.queue = [];
      this.next = 0;
      this.settleDrains();
    }
    return item;
  }

  private finish(taker: Taker<T>): void {
    if (this.failure === undefined) return taker.resolve({ done: true, value: undefined });
    taker.reject(this.failure);
    this.failure = undefined;
  }

  private settleDrains(): void {
    for (const resolve of this.drains) resolve();
    this.drains = [];
  }
}
