import type { LineFilter } from "./encoded-page.js";
import type { Peer } from "./peer.js";

/** One reader of one log. */
export interface Subscription {
  readonly peer: Peer;
  readonly filter: LineFilter | undefined;
  /** Everything up to here was written to the peer. Of a live subscription the channel's position holds. */
  position: number;
  /** Its own pages are being read for it. */
  feeding: boolean;
  closed: boolean;
}
