import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import pino from "pino";
import type { SessionEvent } from "../../core/event.js";
import type { JsonObject } from "../../core/json.js";
import { createRedactor } from "../../core/redaction.js";
import { createMemoryStore } from "../../storage/memory/memory-store.js";
import type { AgentFile } from "../ingest/claude-code-transcript/agents.js";
import { createTranscriptTaker } from "../ingest/claude-code-transcript/take.js";
import { createTranscriptMapper, type MapperOptions } from "../ingest/claude-code-transcript/transcript.js";
import { mapClaudeCode } from "../ingest/claude-code.js";
import { createIngest } from "../ingest/ingest.js";
import type { SessionStore } from "../../storage/session-store.js";
import { parsePage } from "../../storage/page.js";
import { createEventText } from "./event-text.js";

const captures = fileURLToPath(new URL("../../../test/fixtures/captures/claude-code/transcripts/", import.meta.url));

/** The names of the recorded transcripts. */
export const transcriptCaptures: readonly string[] = readdirSync(captures).toSorted();

/** When the tests of transcripts take place: long after the recordings. */
export const transcriptNow = Date.parse("2026-11-23T12:00:00.000Z");

/** Where a recorded transcript lies. */
export function captureFolder(name: string): string {
  return join(captures, name);
}

/** A configuration folder of Claude Code that holds these recordings. */
export function configWith(folder: string, ...names: string[]): string {
  const config = join(folder, "claude");
  const project = join(config, "projects", "-home-user-proj");
  mkdirSync(project, { recursive: true });
  for (const name of names) cpSync(captureFolder(name), project, { recursive: true });
  return config;
}

export function sessionOfCapture(name: string): string {
  const file = readdirSync(captureFolder(name)).find((entry) => entry.endsWith(".jsonl"))!;
  return file.slice(0, -".jsonl".length);
}

export async function eventsIn(store: SessionStore, sessionId: string): Promise<SessionEvent[]> {
  if ((await store.head(sessionId)) === 0) return [];
  return parsePage<SessionEvent>(await store.readPage(sessionId, { of: "events", limit: 10_000 }));
}

/** A session as a person reads it: its events, and what they add up to. `folder` is where the test put its files. */
export async function storyOf(store: SessionStore, sessionId: string, folder: string): Promise<string> {
  const { metadata, state } = (await store.readSession(sessionId))!;
  const { status, model, title, liveness, metrics, tokenUsage, cost, usage } = metadata;
  const { since: _since, ...live } = liveness;
  const agents = state.agents.map(({ type, status: ended, toolCallId }) => `${type}:${ended}:${String(toolCallId)}`);
  const end = { status, model, title, liveness: live, metrics, tokenUsage, cost, usage, agents, goals: state.goals };
  const events = JSON.stringify(await eventsIn(store, sessionId)).replaceAll(folder, "");
  return `${createEventText()(JSON.parse(events) as SessionEvent[])}\n=> ${JSON.stringify(end)}\n`;
}

export interface TranscriptLine {
  line: unknown;
  file?: AgentFile;
}

export function jsonLines(path: string | URL): JsonObject[] {
  const lines = readFileSync(path, "utf8").split("\n");
  return lines.filter((line) => line.trim() !== "").map((line) => JSON.parse(line) as JsonObject);
}

/** The lines of a recorded transcript and its subagents', in the order of their times. */
export function linesOfCapture(name: string): TranscriptLine[] {
  const folder = captureFolder(name);
  const sessionId = sessionOfCapture(name);
  const agents = join(folder, sessionId, "subagents");
  const files = existsSync(agents) ? readdirSync(agents).filter((file) => file.endsWith(".jsonl")) : [];
  const lines = [
    ...timed(join(folder, `${sessionId}.jsonl`)),
    ...files.flatMap((file) => {
      const agentId = file.slice("agent-".length, -".jsonl".length);
      const meta = JSON.parse(readFileSync(join(agents, `agent-${agentId}.meta.json`), "utf8")) as JsonObject;
      return timed(join(agents, file), { agentId, meta });
    }),
  ];
  return lines.toSorted((a, b) => a.at - b.at).map(({ at: _at, ...line }) => line);
}

function timed(path: string, file?: AgentFile): (TranscriptLine & { at: number })[] {
  let at = 0;
  return jsonLines(path).map((line) => {
    at = typeof line["timestamp"] === "string" ? Date.parse(line["timestamp"]) : at;
    return { line, at, ...(file && { file }) };
  });
}

/** A store that is told of one session by its transcript, and by hooks. */
export function transcriptSession(
  sessionId = "s-1",
  { now = () => transcriptNow, ...options }: MapperOptions & { now?: () => number } = {},
) {
  const store = createMemoryStore();
  const redactor = createRedactor();
  const redact = (data: JsonObject) => redactor(data) as JsonObject;
  const logger = pino({ enabled: false });
  const ingest = createIngest({ store, now, logger, redact: (event) => ({ ...event, data: redact(event.data) }) });
  const take = createTranscriptTaker({ store, ingest, redact, now, implicitSessions: true });
  let mapper = createTranscriptMapper(options);
  return {
    store,
    ingest,
    /** Reads on in the transcript. */
    read: async (...lines: TranscriptLine[]) =>
      (
        await take(
          sessionId,
          lines.flatMap(({ line, file }) => mapper.take(line, file)),
        )
      ).stored,
    stand: async () => (await take(sessionId, [], mapper.standing())).stored,
    /** Reads the transcript from its beginning, as another run does. */
    again: () => {
      mapper = createTranscriptMapper(options);
    },
    hook: async (input: JsonObject, timestamp?: string) => {
      const report = {
        source: "claude-code",
        input: { session_id: sessionId, ...input },
        ...(timestamp && { timestamp }),
      };
      await ingest.take(sessionId, { source: "claude-code", map: (known) => mapClaudeCode(known, report) });
    },
    events: () => eventsIn(store, sessionId),
    text: async () =>
      createEventText()(await eventsIn(store, sessionId))
        .split("\n")
        .slice(1)
        .map((line) => line.slice(4)),
    session: async () => (await store.readSession(sessionId))!,
  };
}
