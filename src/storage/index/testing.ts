import fs from "node:fs";
import os from "node:os";
import { join } from "node:path";
import { streamOf, type NewEvent } from "../../core/event.js";
import type { Metadata } from "../../core/metadata.js";
import { emptySession, reduceSession, type Session } from "../../core/session.js";
import { encodeLine, foldedEvent } from "../line.js";
import { IndexService } from "./index-service.js";
import type {
  Operation,
  Operations,
  SearchReply,
  SearchRequest,
  WorkerMessage,
  WorkerRequest,
  WorkerSettings,
} from "./protocol.js";
import { openDatabase } from "./sqlite.js";

const start = Date.parse("2026-01-01T00:00:00.000Z");

/** Session folders under a temporary root, written the way that the engine writes them. */
export class SessionFolders {
  readonly root = fs.mkdtempSync(join(os.tmpdir(), "index-"));
  readonly sessions = join(this.root, "sessions");
  readonly path = join(this.root, "index.sqlite");
  private readonly folded = new Map<string, Session>();

  constructor() {
    fs.mkdirSync(this.sessions);
  }

  /** Appends events to a session's files and returns its metadata; times go up by a second an event. */
  write(sessionId: string, events: readonly NewEvent[]): Metadata {
    const folder = join(this.sessions, sessionId);
    fs.mkdirSync(folder, { recursive: true });
    let session = this.folded.get(sessionId) ?? emptySession(sessionId);
    for (const event of events) {
      const seq = session.metadata.eventCount + 1;
      const timestamp = event.timestamp ?? new Date(start + seq * 1000).toISOString();
      const line = encodeLine(event, { seq, timestamp, receivedAt: timestamp, eventId: `event-${seq}` });
      fs.appendFileSync(join(folder, `${streamOf(event.type)}.jsonl`), `${line}\n`);
      session = reduceSession(session, foldedEvent(streamOf(event.type), line)!);
    }
    this.folded.set(sessionId, session);
    return session.metadata;
  }

  /** A session with one action for each text. */
  writeTexts(sessionId: string, texts: readonly string[], created: NewEvent["data"] = {}): Metadata {
    const known = this.folded.has(sessionId);
    const actions = texts.map((text) => action({ text }));
    return this.write(sessionId, known ? actions : [{ type: "session_created", data: created }, ...actions]);
  }

  /** Writes the snapshot of the metadata that a checkpoint leaves. */
  snapshot(sessionId: string): void {
    const { metadata, state } = this.folded.get(sessionId)!;
    fs.writeFileSync(join(this.sessions, sessionId, "metadata.json"), JSON.stringify(metadata));
    fs.writeFileSync(join(this.sessions, sessionId, "state.json"), JSON.stringify(state));
  }

  remove(sessionId: string): void {
    this.folded.delete(sessionId);
    fs.rmSync(join(this.sessions, sessionId), { recursive: true });
  }

  file(sessionId: string, name: string): string {
    return join(this.sessions, sessionId, name);
  }
}

export function action(data: NewEvent["data"], timestamp?: string): NewEvent {
  return { type: "action", data: { type: "note", ...data }, ...(timestamp && { timestamp }) };
}

/** The index without its thread. */
export class TestService {
  readonly messages: WorkerMessage[] = [];
  /** What the service died of. */
  readonly deaths: unknown[] = [];
  private readonly service: IndexService;
  private readonly answers = new Map<number, (message: WorkerMessage) => void>();
  private lastId = 0;

  constructor({ path, sessions }: SessionFolders, settings: Partial<WorkerSettings> = {}) {
    const all = { path, sessionsPath: sessions, readOnly: false, searchWait: 10_000, ...settings };
    const receive = (message: WorkerMessage): void => {
      this.messages.push(message);
      if ("id" in message) this.answers.get(message.id)?.(message);
    };
    this.service = new IndexService(all, receive, (error) => this.deaths.push(error));
  }

  async call<K extends Operation>(operation: K, request: Operations[K]["request"]): Promise<Operations[K]["reply"]> {
    const id = ++this.lastId;
    const answer = new Promise<WorkerMessage>((resolve) => this.answers.set(id, resolve));
    void this.service.handle({ id, operation, request } as WorkerRequest);
    const message = await answer;
    if (message.kind === "failure")
      throw Object.assign(new Error(message.failure.message), { code: message.failure.code });
    return (message as { reply: Operations[K]["reply"] }).reply;
  }

  async update(...changes: { sessionId: string; metadata: Metadata | null; replaced?: boolean }[]): Promise<void> {
    await this.call("update", JSON.stringify(changes.map((change) => ({ replaced: false, ...change }))));
  }

  async search(q: string, request: Partial<SearchRequest> = {}): Promise<SearchReply> {
    return this.call("search", { q, limit: 20, ...request });
  }

  /** Session ids of a page, in its order. */
  async ids(request: Partial<Operations["list"]["request"]> = {}): Promise<string[]> {
    const { sessions } = await this.call("list", { limit: 50, ...request });
    return (JSON.parse(sessions) as Metadata[]).map(({ sessionId }) => sessionId);
  }

  get lag(): number {
    return this.messages.findLast((message) => "lag" in message)?.lag ?? 0;
  }

  get notices(): string[] {
    return this.messages.flatMap((message) => (message.kind === "notice" ? [message.message] : []));
  }
}

/** Sequences of `session/seq` that a search finds, in the order of their text. */
export async function found(service: TestService, q: string, request: Partial<SearchRequest> = {}): Promise<string[]> {
  const { hits } = await service.search(q, request);
  return hits.map(({ sessionId, seq }) => `${sessionId}/${seq}`).toSorted();
}

/** Changes an index behind its back. */
export function changeFile(path: string, sql: string): void {
  const db = openDatabase(path);
  db.exec(sql);
  db.close();
}

export function countRows(path: string, sql: string): number {
  const db = openDatabase(path);
  const row = db.prepare(`SELECT count(*) AS n FROM (${sql})`).get();
  db.close();
  return Number(row?.["n"]);
}

export interface Folders {
  folders: SessionFolders;
}

export interface Service extends Folders {
  /** Starts the index on the folders; it is closed with the test. */
  startService: (settings?: Partial<WorkerSettings>) => TestService;
}

/** Gives each test session folders of its own: `base.extend<Folders>(freshFolders)`. */
export const freshFolders = {
  // oxlint-disable-next-line no-empty-pattern
  folders: async ({}, use: (folders: SessionFolders) => Promise<void>) => {
    const folders = new SessionFolders();
    await use(folders);
    fs.rmSync(folders.root, { recursive: true, force: true });
  },
};

/** Gives each test the index on folders of its own: `base.extend<Service>(freshService)`. */
export const freshService = {
  ...freshFolders,
  startService: async ({ folders }: Folders, use: (start: Service["startService"]) => Promise<void>) => {
    const started: TestService[] = [];
    await use((settings) => {
      const service = new TestService(folders, settings);
      started.push(service);
      return service;
    });
    for (const service of started) void service.call("close", null);
  },
};
