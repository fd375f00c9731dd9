import type { ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { WebSocket } from "ws";
import type { Logger } from "pino";
import type { CommitHint, SessionStore } from "../../storage/session-store.js";
import { Budget } from "./budget.js";
import { Channels } from "./channels.js";
import { Heartbeat } from "./heartbeat.js";
import { Owners } from "./owners.js";
import { Pacer, realTimer, type SetTimer } from "./pacer.js";
import type { Peer } from "./peer.js";
import { openSocketPeer, type SocketRequest } from "./socket-peer.js";
import { openStreamPeer } from "./stream-peer.js";
import { Subscriber } from "./subscriber.js";

export interface HubOptions {
  store: SessionStore;
  logger: Logger;
  now: () => number;
  /** Milliseconds between two probes of a connection; default 25 s, so that a dead one is found within 60. */
  heartbeatMs?: number;
  setTimer?: SetTimer;
  /** Bytes that may be held for all lagging readers together before pages shrink. */
  budgetBytes?: number;
}

/** What an event stream carries: one session past `after`, or all sessions past `cursor`. */
export interface EventStream {
  sessionId?: string;
  after?: number;
  cursor?: string;
  userId?: string;
  types?: readonly string[];
}

export interface HubCounts {
  totalConnections: number;
  users: number;
  sessions: number;
}

/**
 * Live delivery: reading the log whenever a commit hints that there is more, once for everybody who
 * stands at the same place. Without listeners a commit costs nothing here.
 */
export class Hub {
  private readonly store: SessionStore;
  private readonly peers = new Set<Peer>();
  private readonly budget: Budget;
  private readonly owners: Owners;
  private readonly channels: Channels;
  private readonly pacer: Pacer;
  private readonly heartbeat: Heartbeat;
  private readonly subscriber: Subscriber;
  private stopListening: (() => void) | undefined;

  constructor({
    store,
    logger,
    now,
    heartbeatMs = 25_000,
    setTimer = realTimer,
    budgetBytes = 64 * 1024 * 1024,
  }: HubOptions) {
    this.store = store;
    this.budget = new Budget(budgetBytes);
    this.owners = new Owners(store);
    this.pacer = new Pacer(() => this.channels.flush(), setTimer);
    this.channels = new Channels({
      store,
      logger,
      setTimer,
      budget: this.budget,
      owners: this.owners,
      pacer: this.pacer,
    });
    this.heartbeat = new Heartbeat(this.peers, this.budget, heartbeatMs, setTimer);
    this.subscriber = new Subscriber({ store, now, channels: this.channels, owners: this.owners });
  }

  /** Takes over an upgraded socket. */
  openSocket(webSocket: WebSocket, socket: Duplex, request: SocketRequest): void {
    this.add(
      openSocketPeer(webSocket, socket, request, this.subscriber, (peer) => this.remove(peer)),
      socket,
    );
  }

  /** Answers with an event stream, which lasts until either side ends it. */
  openEventStream(outgoing: ServerResponse, stream: EventStream, headers: Record<string, string>): void {
    const peer = openStreamPeer(outgoing, stream.userId ?? null, headers, (gone) => this.remove(gone));
    this.add(peer, outgoing);
    void this.subscriber.openStream(peer, stream);
  }

  private add(peer: Peer, out: NodeJS.EventEmitter): void {
    this.peers.add(peer);
    this.stopListening ??= this.store.onCommit((hint) => this.committed(hint));
    this.heartbeat.start();
    out.on("drain", () => this.drained(peer));
  }

  private remove(peer: Peer): void {
    if (peer.closed) return;
    peer.closed = true;
    this.budget.release(peer);
    this.channels.removeAll(peer);
    this.peers.delete(peer);
    if (this.peers.size > 0) return;
    this.heartbeat.stop();
    this.stopListening?.();
    this.stopListening = undefined;
  }

  private committed(hint: CommitHint): void {
    if (this.channels.committed(hint)) this.pacer.request();
  }

  private drained(peer: Peer): void {
    peer.alive = true;
    this.budget.release(peer);
    this.channels.feed(peer);
  }

  /** Whose a session is that is about to be deleted, so that its end reaches those who follow its user. */
  rememberOwner(sessionId: string, userId: string | null): void {
    this.owners.remember(sessionId, userId);
  }

  counts(): HubCounts {
    const users = new Set<string>();
    for (const { userId } of this.peers) if (userId !== null) users.add(userId);
    return { totalConnections: this.peers.size, users: users.size, sessions: this.channels.sessionCount };
  }

  /** Figures for metrics: connections by kind, events that the furthest behind has to be given, bytes held for lagging readers. */
  figures(): { ws: number; sse: number; lag: number; heldBytes: number } {
    const figures = { ws: 0, sse: 0, lag: this.channels.lag, heldBytes: this.budget.held };
    for (const { kind } of this.peers) figures[kind] += 1;
    return figures;
  }

  /** Delivers what is committed, then says goodbye to everybody; whoever stays after `graceMs` is cut off. */
  async close(graceMs: number): Promise<void> {
    this.pacer.stop();
    await this.channels.flush();
    for (const peer of this.peers) peer.control.end(1001, "the server is shutting down");
    if (!(await this.emptied(graceMs))) for (const peer of this.peers) peer.control.destroy();
    this.heartbeat.stop();
    this.stopListening?.();
  }

  private async emptied(graceMs: number): Promise<boolean> {
    const deadline = performance.now() + graceMs;
    while (this.peers.size > 0 && performance.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return this.peers.size === 0;
  }
}
