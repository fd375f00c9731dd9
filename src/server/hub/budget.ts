import type { Peer } from "./peer.js";

const pageBytes = 64 * 1024;

/**
 * Bounds what is held for readers that lag: each gets pages of 64 KiB, and once all of them together
 * hold the budget, pages of one event, so that a reader that drains is never kept waiting by others
 * that do not.
 */
export class Budget {
  private outstanding = 0;
  private readonly bytes: number;

  constructor(bytes: number) {
    this.bytes = bytes;
  }

  get held(): number {
    return this.outstanding;
  }

  pageBytes(): number {
    return this.outstanding < this.bytes ? pageBytes : 1;
  }

  /** Accounts for a page that was written to one peer; what the kernel took at once costs nothing. */
  written(peer: Peer, bytes: number): void {
    if (peer.idle) return this.release(peer);
    peer.privateBytes += bytes;
    this.outstanding += bytes;
  }

  /** The peer drained or is gone. */
  release(peer: Peer): void {
    this.outstanding -= peer.privateBytes;
    peer.privateBytes = 0;
  }
}
