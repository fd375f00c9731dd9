import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { RESPONSE_ALREADY_SENT } from "@hono/node-server/utils/response";
import { streams, type Stream } from "../../core/event.js";
import { exportQuerySchema } from "../../core/requests.js";
import type { Session } from "../../core/session.js";
import type { SessionStore } from "../../storage/session-store.js";
import { sessionNotFound } from "../../storage/store-errors.js";
import type { Call } from "../call.js";
import { tar, type TarFile } from "../http/tar.js";
import { PageSize } from "../page-size.js";
import { route, type Route } from "../route.js";
import { streamLog } from "./event-stream.js";

const chunkBytes = 1024 * 1024;

export const exportRoutes: Route[] = [
  route({
    method: "GET",
    path: "/api/sessions/{id}/export",
    group: "sessions",
    summary: "A session as a file to keep",
    description:
      "`ndjson`: every event, one a line, as `import` takes it. `folder`: a `.tar.gz` of the session's folder as a " +
      "storage has it, logs and snapshots, which can be unpacked into another storage.",
    query: exportQuerySchema,
    responses: { 200: { description: "The file", type: "application/octet-stream" } },
    handler: exportSession,
  }),
];

async function exportSession(call: Call): Promise<Response> {
  const { format } = call.query(exportQuerySchema);
  const session = await call.deps.store.readSession(call.sessionId);
  if (!session) throw sessionNotFound(call.sessionId);
  const range = { before: session.metadata.eventCount + 1 };
  if (format === "ndjson") return streamLog(call, range, attachment(`${call.sessionId}.ndjson`));
  return streamFolder(call, session);
}

function attachment(name: string): Record<string, string> {
  // Ids have no character that would have to be escaped.
  return { "Content-Disposition": `attachment; filename="${name}"` };
}

async function streamFolder(call: Call, session: Session): Promise<Response> {
  const headers = {
    "Content-Type": "application/gzip",
    "X-Content-Type-Options": "nosniff",
    ...attachment(`${call.sessionId}.tar.gz`),
  };
  const { outgoing } = call;
  if (call.context.req.raw.method === "HEAD") return new Response(null, { headers });
  const archive = Readable.from(tar(folderFiles(call.deps.store, session)));
  const gzip = createGzip({ level: 1 });
  if (!outgoing) {
    archive.once("error", (error) => gzip.destroy(error));
    return new Response(Readable.toWeb(archive.pipe(gzip)) as ReadableStream, { headers });
  }
  outgoing.writeHead(200, { ...headers, ...call.sharedHeaders() });
  pipeline(archive, gzip, outgoing).catch((error: NodeJS.ErrnoException) => {
    // The head is sent: that the answer breaks off is all that can still be said.
    if (error.code !== "ERR_STREAM_PREMATURE_CLOSE") call.deps.logger.error({ err: error }, "an export broke off");
  });
  return RESPONSE_ALREADY_SENT;
}

/** The files of a session's folder, as of the session that was read: what came behind it is left out. */
async function* folderFiles(
  store: SessionStore,
  { metadata, state, initial, final }: Session,
): AsyncGenerator<TarFile> {
  const { sessionId, eventCount, lastEventAt } = metadata;
  const of = { folder: sessionId, modified: Date.parse(lastEventAt) || 0 };
  const snapshots = { "metadata.json": metadata, "state.json": state, "initial.json": initial, "final.json": final };
  for (const [name, value] of Object.entries(snapshots)) {
    if (value === null) continue;
    const bytes = Buffer.from(`${JSON.stringify(value, null, 2)}\n`);
    yield { ...of, name, size: bytes.length, bytes: [bytes] };
  }
  for (const stream of streams) {
    // Read twice, as the archive tells a file's size first; nothing of a log ever changes.
    let size = 0;
    for await (const lines of streamLines(store, sessionId, stream, eventCount)) size += lines.length;
    const bytes = streamLines(store, sessionId, stream, eventCount);
    yield { ...of, name: `${stream}.jsonl`, size, bytes };
  }
}

async function* streamLines(
  store: SessionStore,
  sessionId: string,
  of: Stream,
  head: number,
): AsyncGenerator<Uint8Array> {
  const size = new PageSize(4096);
  for (let after = 0; ;) {
    const page = await store.readPage(sessionId, { of, after, before: head + 1, limit: size.limit(chunkBytes) });
    size.learn(page.lines.length, page.count);
    after = page.last;
    if (page.count > 0) yield page.lines;
    if (!page.more || page.count === 0) return;
  }
}
