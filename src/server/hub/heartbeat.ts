import type { Budget } from "./budget.js";
import type { SetTimer } from "./pacer.js";
import type { Peer } from "./peer.js";

/** Probes every connection at an interval and cuts off those that gave no sign of life since the last time. */
export class Heartbeat {
  private readonly peers: ReadonlySet<Peer>;
  private readonly budget: Budget;
  private readonly intervalMs: number;
  private readonly setTimer: SetTimer;
  private cancel: (() => void) | undefined;

  constructor(peers: ReadonlySet<Peer>, budget: Budget, intervalMs: number, setTimer: SetTimer) {
    this.peers = peers;
    this.budget = budget;
    this.intervalMs = intervalMs;
    this.setTimer = setTimer;
  }

  start(): void {
    this.cancel ??= this.setTimer(() => this.beat(), this.intervalMs);
  }

  stop(): void {
    this.cancel?.();
    this.cancel = undefined;
  }

  private beat(): void {
    this.cancel = undefined;
    for (const peer of this.peers) {
      if (peer.idle) this.budget.release(peer);
      if (!peer.alive) peer.control.destroy();
      else {
        peer.alive = false;
        peer.control.probe();
      }
    }
    if (this.peers.size > 0) this.start();
  }
}
