import type { Logger } from "pino";
import { parseFeedCursor } from "../../core/cursor.js";
import type { AppError } from "../../core/errors.js";
import type { CommitHint, SessionStore } from "../../storage/session-store.js";
import type { Budget } from "./budget.js";
import { Channel, type ChannelContext } from "./channel.js";
import { feedLog, sessionLog } from "./log-source.js";
import type { Owners } from "./owners.js";
import type { Pacer, SetTimer } from "./pacer.js";
import type { Peer } from "./peer.js";
import type { Subscription } from "./subscription.js";

interface ChannelsOptions {
  store: SessionStore;
  logger: Logger;
  setTimer: SetTimer;
  budget: Budget;
  owners: Owners;
  pacer: Pacer;
}

/** The key of the subscription to all sessions; no session id is empty. */
export const feedKey = "";

const retryMs = 1000;

/** The channels that somebody listens to: one a session, and one for all sessions. */
export class Channels {
  private readonly options: ChannelsOptions;
  private readonly byKey = new Map<string, Channel>();
  private readonly dirty = new Set<Channel>();

  constructor(options: ChannelsOptions) {
    this.options = options;
  }

  get sessionCount(): number {
    return this.byKey.size - (this.byKey.has(feedKey) ? 1 : 0);
  }

  get lag(): number {
    let lag = 0;
    for (const channel of this.byKey.values()) lag = Math.max(lag, channel.lag);
    return lag;
  }

  /** A session's channel; `head` is where its log ends now. */
  ofSession(sessionId: string, head: number): Channel {
    const read = sessionLog(this.options.store, sessionId);
    return this.open(sessionId, head, () => new Channel(read, head, this.context(sessionId)));
  }

  ofAll(epoch: string, head: number): Channel {
    const read = feedLog(this.options.store, epoch);
    return this.open(feedKey, head, () => new Channel(read, head, this.context(feedKey)));
  }

  private open(key: string, head: number, make: () => Channel): Channel {
    const known = this.byKey.get(key);
    if (!known) {
      const channel = make();
      this.byKey.set(key, channel);
      return channel;
    }
    known.raise(head);
    return known;
  }

  private mark(channel: Channel): void {
    this.dirty.add(channel);
    this.options.pacer.request();
  }

  private context(key: string): ChannelContext {
    const { budget, owners, pacer } = this.options;
    return {
      budget,
      prepare: (page) => (key === feedKey ? owners.prepare(page) : Promise.resolve()),
      onReadError: (error, subscription) => this.readFailed(key, error, subscription),
      onBusy: (milliseconds) => pacer.busy(milliseconds),
    };
  }

  /** Notes what a commit touched; true where somebody listens to it. */
  committed({ heads, cursor }: CommitHint): boolean {
    for (const [sessionId, head] of heads) {
      const channel = this.byKey.get(sessionId);
      if (!channel) continue;
      if (head === 0) this.sessionGone(sessionId, channel);
      channel.raise(head);
      this.dirty.add(channel);
    }
    const feed = this.byKey.get(feedKey);
    if (feed) {
      feed.raise(parseFeedCursor(cursor).position);
      this.dirty.add(feed);
    }
    return this.dirty.size > 0;
  }

  private sessionGone(sessionId: string, channel: Channel): void {
    channel.restart();
    const timestamp = new Date().toISOString();
    for (const { peer } of channel.subscriptions) {
      peer.send({ type: "session_deleted", sessionId, timestamp });
      if (peer.kind === "sse") peer.control.end(1000, "the session was deleted");
    }
  }

  async flush(): Promise<void> {
    const channels = [...this.dirty];
    this.dirty.clear();
    await Promise.all(channels.map((channel) => channel.advance()));
  }

  private readFailed(key: string, error: AppError, subscription: Subscription | undefined): void {
    const channel = this.byKey.get(key);
    if (!channel) return;
    // The hint that says so is on its way.
    if (error.code === "session_not_found") return;
    if (error.code === "invalid_cursor" && subscription) {
      subscription.peer.send({ type: "error", code: error.code, error: error.message });
      channel.skipToLive(subscription);
      return;
    }
    this.options.logger.error(
      { err: error.cause ?? error, sessionId: key || undefined },
      "reading for subscribers failed",
    );
    // A client that is cut off comes back and resumes where it was.
    if (subscription) subscription.peer.control.end(1011, "the log could not be read");
    else this.options.setTimer(() => this.mark(channel), retryMs);
  }

  /** Lets a peer have what it still has to be given, now that it takes more. */
  feed(peer: Peer): void {
    for (const [key, subscription] of peer.subscriptions) void this.byKey.get(key)?.feed(subscription);
  }

  add(key: string, channel: Channel, subscription: Subscription): void {
    this.remove(key, subscription.peer);
    // A channel without listeners was let go of; it is whole, and takes its place again.
    if (!this.byKey.has(key)) this.byKey.set(key, channel);
    subscription.peer.subscriptions.set(key, subscription);
    channel.add(subscription);
    this.mark(channel);
  }

  /** The session's log is known to reach up to `head`. */
  raise(sessionId: string, head: number): void {
    const channel = this.byKey.get(sessionId);
    if (!channel) return;
    channel.raise(head);
    this.mark(channel);
  }

  remove(key: string, peer: Peer): void {
    const subscription = peer.subscriptions.get(key);
    const channel = this.byKey.get(key);
    if (!subscription || !channel) return;
    peer.subscriptions.delete(key);
    channel.remove(subscription);
    if (!channel.empty) return;
    this.byKey.delete(key);
    this.dirty.delete(channel);
  }

  removeAll(peer: Peer): void {
    // Removing as it goes is what a Map's iterator allows.
    for (const key of peer.subscriptions.keys()) this.remove(key, peer);
  }
}
