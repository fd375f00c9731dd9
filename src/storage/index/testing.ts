import fs from "node:fs";
import os from "node:os";
import { join } from "node:path";
import { test as base } from "vitest";
import { streamOf, type NewEvent } from "../../core/event.js";
import type { Metadata } from "../../core/metadata.js";
import { emptySession, reduceSession, type Session } from "../../core/session.js";
import { encodeLine, foldedEvent } from "../line.js";
import { IndexService } from "./index-service.js";
import type { Operation, Operations, WorkerMessage, WorkerRequest, WorkerSettings } from "./protocol.js";

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
  private readonly service: IndexService;
  private readonly answers = new Map<number, (message: WorkerMessage) => void>();
  private lastId = 0;

  constructor({ path, sessions }: SessionFolders, settings: Partial<WorkerSettings> = {}) {
    const all = { path, sessionsPath: sessions, readOnly: false, searchWait: 10_000, ...settings };
    this.service = new IndexService(all, (message) => {
      this.messages.push(message);
      if ("id" in message) this.answers.get(message.id)?.(message);
    });
  }

  async call<K extends Operation>(operation: K, request: Operations[K]["request"]): Promise<Operations[K]["reply"]> {
    const id = ++this.lastId;
    const answer = new Promise<WorkerMessage>((resolve) => this.answers.set(id, resolve));
    void this.service.handle({ id, operation, request } as WorkerRequest);
    const message = await answer;
    if (message.kind === "failure") throw Object.assign(new Error(message.failure.message), { code: message.failure.code });
    return (message as { reply: Operations[K]["reply"] }).reply;
  }

  async update(...changes: { sessionId: string; metadata: Metadata | null; replaced?: boolean }[]): Promise<void> {
    await this.call("update", JSON.stringify(changes.map((change) => ({ replaced: false, ...change }))));
  }

  async search(q: string, request: Partial<Operations["search"]["request"]> = {}): Promise<Operations["search"]["reply"]> {
    return await this.call("search", { q, limit: 20, ...request });
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

interface Fixtures {
  folders: SessionFolders;
  /** Starts the index on the folders; it is closed with the test. */
  startService: (settings?: Partial<WorkerSettings>) => TestService;
}

export const test = base.extend<Fixtures>({
  // oxlint-disable-next-line no-empty-pattern
  folders: async ({}, use) => {
    const folders = new SessionFolders();
    await use(folders);
    fs.rmSync(folders.root, { recursive: true, force: true });
  },
  startService: async ({ folders }, use) => {
    const started: TestService[] = [];
    await use((settings) => {
      const service = new TestService(folders, settings);
      started.push(service);
      return service;
    });
    for (const service of started) void service.call("close", null);
  },
});
