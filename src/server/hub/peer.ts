import type { Writable } from "node:stream";
import { encodeFrame } from "./encode-frames.js";
import type { WireKind } from "./encoded-page.js";
import type { Subscription } from "./subscription.js";

/** How a connection is probed and ended. */
export interface PeerControl {
  /** Asks the other side for a sign of life. */
  probe(): void;
  /** Says why and ends; the other side may still read what was written. */
  end(code: number, reason: string): void;
  destroy(): void;
}

/** One connection that is written to: a WebSocket's own TCP socket, or the response of an event stream. */
export class Peer {
  readonly kind: WireKind;
  readonly userId: string | null;
  readonly control: PeerControl;
  readonly subscriptions = new Map<string, Subscription>();
  /** Bytes that were read for this connection alone and that the kernel has not taken yet. */
  privateBytes = 0;
  /** It has answered, or taken what it was sent, since the last probe. */
  alive = true;
  closed = false;
  private readonly out: Writable;

  constructor(kind: WireKind, out: Writable, userId: string | null, control: PeerControl) {
    this.kind = kind;
    this.out = out;
    this.userId = userId;
    this.control = control;
  }

  /** More was written than the connection takes: wait until it drains. */
  get blocked(): boolean {
    return this.out.writableNeedDrain;
  }

  /** Everything written was handed to the kernel. */
  get idle(): boolean {
    return this.out.writableLength === 0;
  }

  write(bytes: Uint8Array): void {
    if (!this.closed && bytes.length > 0) this.out.write(bytes);
  }

  /** Sends a message of the server's own. */
  send(message: { type: string; [key: string]: unknown }): void {
    const text = JSON.stringify(message);
    this.write(this.kind === "ws" ? encodeFrame(text) : Buffer.from(`event: ${message.type}\ndata: ${text}\n\n`));
  }
}
