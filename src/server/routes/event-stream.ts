import { AppError } from "../../core/errors.js";
import type { EventType } from "../../core/event.js";
import type { SessionStore } from "../../storage/session-store.js";
import type { Call } from "../call.js";
import { PageSize } from "../page-size.js";

const chunkBytes = 1024 * 1024;

interface Range {
  after?: number;
  before?: number;
  types?: readonly EventType[];
}

/** The log as NDJSON, from `after` (else the start) to where it ends now; one page is held at a time. */
export function streamLog(
  store: SessionStore,
  sessionId: string,
  { after = 0, before, types }: Range,
): ReadableStream<Uint8Array> {
  const size = new PageSize(4096);
  let position = after;
  return new ReadableStream({
    async pull(controller) {
      const query = { of: "events", after: position, before, limit: size.limit(chunkBytes), types } as const;
      const page = await store.readPage(sessionId, query);
      size.learn(page.lines.length, page.count);
      if (page.count > 0) {
        position = page.last;
        controller.enqueue(page.lines);
      }
      if (!page.more || page.count === 0) controller.close();
    },
  });
}

/** The seq to resume an event stream from: the one the browser last saw, else `after`. @throws AppError `invalid_input` */
export function resumeSeq(call: Call, after: number | undefined): number | undefined {
  const last = call.header("last-event-id");
  if (last === undefined || last === "") return after;
  if (/^\d{1,15}$/.test(last)) return Number(last);
  throw new AppError(
    "invalid_input",
    "Last-Event-ID is not the id of an event of this stream. Start again without it.",
    {
      issues: [{ path: "Last-Event-ID", message: "must be the seq of an event" }],
    },
  );
}
