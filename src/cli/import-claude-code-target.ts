import { resolve } from "node:path";
import { createRequester } from "../client/request.js";
import { isJsonObject } from "../core/json.js";
import type { TranscriptEvent } from "../server/ingest/claude-code-transcript/stream.js";
import type { Standing } from "../server/ingest/claude-code-transcript/transcript.js";
import type { Cli } from "./cli.js";
import { nodeFetch } from "./node-fetch.js";
import { serverUrl, type SourceOptions } from "./session-options.js";

/** Where transcripts go: a server, or a storage folder that no server has open. */
export interface TranscriptTarget {
  /** Resolves, once it is durable, with how many events were new. */
  take(sessionId: string, events: readonly TranscriptEvent[], standing?: Standing): Promise<number>;
  close(): Promise<void>;
}

export async function openTranscriptTarget(options: SourceOptions, cli: Cli): Promise<TranscriptTarget> {
  if (options.storage !== undefined) return storageTarget(resolve(cli.context.cwd, options.storage), cli.context.now);
  return serverTarget(serverUrl(options, cli));
}

function serverTarget(url: string): TranscriptTarget {
  const { json } = createRequester({ url, fetch: nodeFetch, timeoutMs: 60_000 });
  return {
    async take(sessionId, events, standing) {
      const path = `/transcripts/claude-code/${encodeURIComponent(sessionId)}`;
      const { stored } = await json<{ stored: number }>(path, { method: "POST", json: { events, standing } });
      return stored;
    },
    close: async () => {},
  };
}

async function storageTarget(path: string, now: () => number): Promise<TranscriptTarget> {
  const { openFileStore } = await import("../storage/file/file-store.js");
  const { createIngest } = await import("../server/ingest/ingest.js");
  const { createTranscriptTaker } = await import("../server/ingest/claude-code-transcript/take.js");
  const { createRedactor } = await import("../core/redaction.js");
  const { default: pino } = await import("pino");
  const store = await openFileStore({ path, now });
  const redactor = createRedactor();
  const redact = (data: TranscriptEvent["data"]) => {
    const redacted = redactor(data);
    return isJsonObject(redacted) ? redacted : {};
  };
  const ingest = createIngest({
    store,
    now,
    logger: pino({ enabled: false }),
    redact: (event) => ({ ...event, data: redact(event.data) }),
  });
  const take = createTranscriptTaker({ store, ingest, redact, now, implicitSessions: true });
  return {
    take: async (sessionId, events, standing) => (await take(sessionId, events, standing)).stored,
    close: () => store.close(),
  };
}
