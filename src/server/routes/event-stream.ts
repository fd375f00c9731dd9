import type { ServerResponse } from "node:http";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import type { Logger } from "pino";
import { AppError } from "../../core/errors.js";
import type { EventType } from "../../core/event.js";
import { giveBack } from "../../storage/buffer-pool.js";
import type { SessionStore } from "../../storage/session-store.js";
import type { Call } from "../call.js";
import { PageSize } from "../page-size.js";
import { ndjsonType } from "../reply.js";

const chunkBytes = 1024 * 1024;

interface Range {
  after?: number;
  before?: number;
  types?: readonly EventType[];
}

/** The log as NDJSON, from `after` (else the start) to where it ends now; one page is held at a time. */
export function streamLog(call: Call, range: Range, more: Record<string, string> = {}): Response {
  const pages = logPages(call.deps.store, call.sessionId, range);
  const headers = { "Content-Type": ndjsonType, "X-Content-Type-Options": "nosniff", ...more };
  const { outgoing } = call;
  if (call.context.req.raw.method === "HEAD") return new Response(null, { headers });
  if (!outgoing) return new Response(ReadableStream.from(pages), { headers });
  outgoing.writeHead(200, { ...headers, ...call.sharedHeaders() });
  void writePages(outgoing, pages, call.deps.logger);
  return RESPONSE_ALREADY_SENT;
}

async function* logPages(
  store: SessionStore,
  sessionId: string,
  { after = 0, before, types }: Range,
): AsyncGenerator<Uint8Array> {
  const size = new PageSize(4096);
  for (let position = after; ;) {
    const query = { of: "events", after: position, before, limit: size.limit(chunkBytes), types } as const;
    const page = await store.readPage(sessionId, query);
    size.learn(page.lines.length, page.count);
    position = page.last;
    if (page.count > 0) yield page.lines;
    if (!page.more || page.count === 0) return;
  }
}

/** Writes each page once the one before it is on its way, whose memory then serves again. */
async function writePages(outgoing: ServerResponse, pages: AsyncIterable<Uint8Array>, logger: Logger): Promise<void> {
  const gone = new Promise<"gone">((resolve) => outgoing.once("close", () => resolve("gone")));
  try {
    for await (const lines of pages) {
      const written = new Promise<void>((resolve) => outgoing.write(lines, () => resolve()));
      if ((await Promise.race([written, gone])) === "gone") return;
      giveBack(lines);
    }
    outgoing.end();
  } catch (error) {
    // The head is sent: that the answer breaks off is all that can still be said.
    logger.error({ err: error }, "an export broke off");
    outgoing.destroy();
  }
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
