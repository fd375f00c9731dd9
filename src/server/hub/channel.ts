import { toAppError, type AppError } from "../../core/errors.js";
import { PageSize } from "../page-size.js";
import type { Budget } from "./budget.js";
import { EncodedPage } from "./encoded-page.js";
import type { LogPage, ReadLog } from "./log-source.js";
import type { Subscription } from "./subscription.js";

/*
 * One log and who listens to it.
 *
 *   live      stands exactly at `position`; every page that is read for the channel is encoded once
 *             and written to all of them
 *   lagging   stands somewhere else (backfill, or a connection that did not drain); pages are read
 *             for it alone, never past `position`, as fast as it drains
 *
 * Invariant: a subscription moves from lagging to live only where its position equals the channel's,
 * and both that comparison and the move happen in one turn of the event loop. So nothing is missed
 * and nothing comes twice, whatever is being read meanwhile.
 */

const livePageBytes = 128 * 1024;

export interface ChannelContext {
  budget: Budget;
  /** Called before a page is delivered where some listener has a filter; may look things up. */
  prepare: (page: EncodedPage) => Promise<void>;
  /** Reading for a listener failed for good. */
  onReadError: (error: AppError, subscription: Subscription | undefined) => void;
  /** Milliseconds that delivering took. */
  onBusy: (milliseconds: number) => void;
}

export class Channel {
  /** Everything up to here was written to every live subscription. */
  position: number;
  /** Where the log ends, as far as is known. */
  private head: number;
  private readonly live = new Set<Subscription>();
  private readonly lagging = new Set<Subscription>();
  private readonly read: ReadLog;
  private readonly context: ChannelContext;
  private readonly size = new PageSize();
  private advancing = false;
  /** Counts restarts of the log; a page that was read before one is dropped. */
  private generation = 0;

  constructor(read: ReadLog, head: number, context: ChannelContext) {
    this.read = read;
    this.position = head;
    this.head = head;
    this.context = context;
  }

  get empty(): boolean {
    return this.live.size === 0 && this.lagging.size === 0;
  }

  get subscriptions(): Subscription[] {
    return [...this.live, ...this.lagging];
  }

  /** Events that the furthest behind has still to be given. */
  get lag(): number {
    let lag = this.head - this.position;
    for (const { position } of this.lagging) lag = Math.max(lag, this.head - position);
    return lag;
  }

  /** The log is known to reach up to `head`; say so before `advance`. */
  raise(head: number): void {
    if (head > this.head) this.head = head;
  }

  /** The log is gone and begins again at nothing. */
  restart(): void {
    this.generation += 1;
    this.position = 0;
    this.head = 0;
    for (const subscription of this.subscriptions) {
      subscription.position = 0;
      this.toLive(subscription);
    }
  }

  add(subscription: Subscription): void {
    this.lagging.add(subscription);
    void this.feed(subscription);
  }

  remove(subscription: Subscription): void {
    subscription.closed = true;
    this.live.delete(subscription);
    this.lagging.delete(subscription);
  }

  /** Delivers everything up to the known head to the live subscriptions. */
  async advance(): Promise<void> {
    if (this.advancing) return;
    this.advancing = true;
    try {
      while (this.position < this.head) {
        if (this.live.size === 0) this.position = this.head;
        else await this.advanceOnce();
      }
    } catch (error) {
      this.context.onReadError(toAppError(error), undefined);
    } finally {
      this.advancing = false;
    }
    for (const subscription of this.lagging) void this.feed(subscription);
  }

  private async advanceOnce(): Promise<void> {
    const { generation } = this;
    const page = await this.read(this.position, this.head, this.size.limit(livePageBytes));
    const encoded = new EncodedPage(page.lines);
    if (this.needsPreparing()) await this.context.prepare(encoded);
    if (generation !== this.generation) return;
    // The session went away under the read; what comes next is hinted at again.
    if (page.next <= this.position) this.head = this.position;
    else this.deliver(page, encoded);
  }

  private needsPreparing(): boolean {
    for (const { filter } of this.live) if (filter) return true;
    return false;
  }

  private deliver(page: LogPage, encoded: EncodedPage): void {
    const started = performance.now();
    this.size.learn(page.lines.length, page.count);
    for (const subscription of this.live) {
      const { peer, filter } = subscription;
      if (peer.blocked) {
        subscription.position = this.position;
        this.live.delete(subscription);
        this.lagging.add(subscription);
      } else peer.write(encoded.encode(peer.kind, filter));
    }
    this.position = page.next;
    this.context.onBusy(performance.now() - started);
  }

  /** Reads for one lagging subscription until it is live, blocked, or ahead of what the channel has delivered. */
  async feed(subscription: Subscription): Promise<void> {
    if (subscription.feeding || !this.lagging.has(subscription)) return;
    subscription.feeding = true;
    try {
      while (this.mayFeed(subscription)) {
        if (!(await this.feedOnce(subscription))) return;
      }
    } catch (error) {
      this.context.onReadError(toAppError(error), subscription);
    } finally {
      subscription.feeding = false;
    }
    if (this.lagging.has(subscription) && subscription.position === this.position) this.toLive(subscription);
  }

  private mayFeed(subscription: Subscription): boolean {
    return this.lagging.has(subscription) && !subscription.peer.blocked && subscription.position < this.position;
  }

  /** False where nothing could be read: the session went away, or its log began again. */
  private async feedOnce(subscription: Subscription): Promise<boolean> {
    const { generation } = this;
    const { peer, filter } = subscription;
    const { budget } = this.context;
    const limit = this.size.limit(budget.pageBytes());
    const page = await this.read(subscription.position, this.position, limit);
    const encoded = new EncodedPage(page.lines);
    if (filter) await this.context.prepare(encoded);
    if (generation !== this.generation || subscription.closed || page.next <= subscription.position) return false;
    this.size.learn(page.lines.length, page.count);
    const bytes = encoded.encode(peer.kind, filter);
    peer.write(bytes);
    budget.written(peer, bytes.length);
    subscription.position = page.next;
    return true;
  }

  /** To the place where the channel stands, without what lies between. */
  skipToLive(subscription: Subscription): void {
    if (subscription.closed) return;
    subscription.position = this.position;
    this.toLive(subscription);
  }

  private toLive(subscription: Subscription): void {
    this.lagging.delete(subscription);
    this.live.add(subscription);
  }
}
