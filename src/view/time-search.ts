import type { ViewSource } from "./source.js";

/**
 * The seq of the first event at or behind a time (epoch milliseconds), of a log with `head` events;
 * the last one where all are older. Reads one event for each halving of the log. Events that came
 * late stand where they came, so that around them the answer is near and not exact.
 */
export async function seqAtTime(
  source: Pick<ViewSource, "events">,
  sessionId: string,
  head: number,
  at: number,
): Promise<number> {
  let low = 1;
  let high = head;
  while (low < high) {
    const middle = Math.floor((low + high) / 2);
    const { events } = await source.events(sessionId, { after: middle - 1, limit: 1 });
    const [event] = events;
    if (!event || Date.parse(event.timestamp) >= at) high = middle;
    else low = middle + 1;
  }
  return Math.max(1, low);
}
