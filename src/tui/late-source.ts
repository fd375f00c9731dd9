import type { ViewSource } from "../view/source.js";

/**
 * The source, whose live connections are opened once `ready` resolves: what they need takes longer
 * to load than the first frame takes to draw.
 */
export function liveAfter(ready: Promise<void>, source: ViewSource): ViewSource {
  return {
    ...source,
    async *follow(sessionId, after, options) {
      await ready;
      yield* source.follow(sessionId, after, options);
    },
    async *followAll(options) {
      await ready;
      yield* source.followAll(options);
    },
  };
}
