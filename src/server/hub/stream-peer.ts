import type { ServerResponse } from "node:http";
import { Peer } from "./peer.js";

const retryMs = 2000;
const comment = Buffer.from(": still here\n\n");

/**
 * The response of an event stream as a connection to write to. Its end is the connection's end: no
 * chunk headers, so that one buffer serves every reader.
 */
export function openStreamPeer(
  outgoing: ServerResponse,
  userId: string | null,
  headers: Record<string, string>,
  onClose: (peer: Peer) => void,
): Peer {
  outgoing.removeHeader("Transfer-Encoding");
  outgoing.writeHead(200, {
    "Content-Type": "text/event-stream; charset=utf-8",
    "Cache-Control": "no-store",
    Connection: "close",
    "X-Accel-Buffering": "no",
    "X-Content-Type-Options": "nosniff",
    ...headers,
  });
  const peer: Peer = new Peer("sse", outgoing, userId, {
    probe: () => {
      // What it was sent it has taken: that is all the life that an event stream shows.
      peer.alive = peer.idle;
      if (peer.idle) peer.write(comment);
    },
    end: () => void outgoing.end(),
    destroy: () => void outgoing.destroy(),
  });
  outgoing.socket?.setNoDelay(true);
  outgoing.on("close", () => onClose(peer));
  outgoing.on("error", () => outgoing.destroy());
  outgoing.write(`retry: ${retryMs}\n\n`);
  return peer;
}
