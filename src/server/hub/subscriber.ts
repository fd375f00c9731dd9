import { parseFeedCursor, formatFeedCursor } from "../../core/cursor.js";
import { AppError } from "../../core/errors.js";
import type { SessionStore } from "../../storage/session-store.js";
import { feedKey, type Channels } from "./channels.js";
import type { LineFilter } from "./encoded-page.js";
import type { EventStream } from "./hub.js";
import type { Owners } from "./owners.js";
import type { Peer } from "./peer.js";

interface SubscriberOptions {
  store: SessionStore;
  now: () => number;
  channels: Channels;
  owners: Owners;
}

/** What a WebSocket was opened with. */
export interface SocketStart {
  session?: string;
  user?: string;
  after?: number;
  cursor?: string;
}

/** Brings connections and logs together: says hello, finds the place to begin at, subscribes. */
export class Subscriber {
  private readonly store: SessionStore;
  private readonly now: () => number;
  private readonly channels: Channels;
  private readonly owners: Owners;

  constructor({ store, now, channels, owners }: SubscriberOptions) {
    this.store = store;
    this.now = now;
    this.channels = channels;
    this.owners = owners;
  }

  async openSocket(peer: Peer, { session, user, after, cursor }: SocketStart): Promise<void> {
    if (session === undefined) return this.followAll(peer, cursor, user);
    await this.followSession(peer, session, after, undefined, (head) => {
      peer.send({ type: "connected", sessionId: session, userId: peer.userId, timestamp: this.time(), head });
    });
  }

  async openStream(peer: Peer, { sessionId, after, cursor, userId, types }: EventStream): Promise<void> {
    if (sessionId === undefined) return this.followAll(peer, cursor, userId);
    await this.followSession(peer, sessionId, after, typeFilter(types), () => {});
  }

  async subscribe(peer: Peer, sessionId: string, after: number | undefined): Promise<void> {
    await this.followSession(peer, sessionId, after, undefined, (head) => {
      peer.send({ type: "subscribed", sessionId, timestamp: this.time(), head });
    });
  }

  unsubscribe(peer: Peer, sessionId: string | undefined): void {
    this.channels.remove(sessionId ?? feedKey, peer);
    peer.send({ type: "unsubscribed", sessionId: sessionId ?? null, timestamp: this.time() });
  }

  pong(peer: Peer): void {
    peer.send({ type: "pong", timestamp: this.time() });
  }

  private async followSession(
    peer: Peer,
    sessionId: string,
    after: number | undefined,
    filter: LineFilter | undefined,
    hello: (head: number) => void,
  ): Promise<void> {
    const head = await this.store.head(sessionId);
    if (peer.closed) return;
    hello(head);
    const channel = this.channels.ofSession(sessionId, head);
    const position = Math.min(after ?? head, head);
    this.channels.add(sessionId, channel, { peer, filter, position, feeding: false, closed: false });
    // A commit between reading the head and opening the channel hinted at nobody.
    this.channels.raise(sessionId, await this.store.head(sessionId));
  }

  private followAll(peer: Peer, cursor: string | undefined, userId: string | undefined): void {
    const headCursor = this.store.feedHead();
    const { epoch, position: head } = parseFeedCursor(headCursor);
    if (peer.kind === "ws") {
      peer.send({
        type: "connected",
        sessionId: null,
        userId: peer.userId,
        timestamp: this.time(),
        cursor: headCursor,
      });
    }
    const position = cursor === undefined ? head : placeOf(cursor, epoch, head);
    if (position === undefined) peer.send(cursorRefused());
    const filter = userId === undefined ? undefined : this.owners.filter(userId);
    const subscription = { peer, filter, position: position ?? head, feeding: false, closed: false };
    this.channels.add(feedKey, this.channels.ofAll(epoch, head), subscription);
  }

  private time(): string {
    return new Date(this.now()).toISOString();
  }
}

/** The place of a cursor in this log; undefined for one of another log, or of none. */
function placeOf(cursor: string, epoch: string, head: number): number | undefined {
  try {
    const place = parseFeedCursor(cursor);
    const known = place.position <= head && formatFeedCursor(place) === cursor;
    return known && place.epoch === epoch ? place.position : undefined;
  } catch (error) {
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

function cursorRefused() {
  const error =
    "This cursor is not one that this server can go on from. What comes now is live; read what is missing over REST.";
  return { type: "error", code: "invalid_cursor", error };
}

function typeFilter(types: readonly string[] | undefined): LineFilter | undefined {
  if (types === undefined) return undefined;
  const wanted = new Set(types);
  return ({ type }) => wanted.has(type);
}
