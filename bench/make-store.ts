import { closeSync, mkdirSync, openSync, writeFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { streamOf, type NewEvent, type Stream } from "../src/core/event.js";
import { emptySession, reduceSession, type Session } from "../src/core/session.js";
import { encodeLine } from "../src/storage/line.js";
import { makeAction, prose, sessionIds } from "./payload.js";

export interface StoreSize {
  /** Small sessions, each of `eventsPerSession` events. */
  sessions: number;
  eventsPerSession: number;
  /** One session more, of this many events; 0 for none. */
  bigSessionEvents: number;
}

export const bigSession = "big-session";

const eventBytes = 400;
const flushBytes = 1 << 20;
const firstEventAt = Date.UTC(2026, 0, 1);

/** Writes a store straight as its files, the way a server leaves it after a clean stop; without an index. */
export function makeStore(folder: string, size: StoreSize): void {
  makeSmallSessions(folder, size);
  makeBigSession(folder, size);
}

export function makeSmallSessions(folder: string, { sessions, eventsPerSession }: StoreSize): void {
  const root = rootOf(folder);
  for (const [index, sessionId] of sessionIds(sessions, "session").entries()) {
    writeSession(root, sessionId, eventsPerSession, index);
  }
}

export function makeBigSession(folder: string, { sessions, bigSessionEvents }: StoreSize): void {
  if (bigSessionEvents > 0) writeSession(rootOf(folder), bigSession, bigSessionEvents, sessions);
}

function rootOf(folder: string): string {
  const root = join(folder, "sessions");
  mkdirSync(root, { recursive: true });
  return root;
}

function writeSession(root: string, sessionId: string, events: number, index: number): void {
  const folder = join(root, sessionId);
  mkdirSync(folder);
  const files = { actions: createLineWriter(folder, "actions"), changes: createLineWriter(folder, "changes") };
  let session = emptySession(sessionId);
  for (let seq = 1; seq <= events; seq++) {
    const event = makeEvent(seq, index);
    const timestamp = new Date(firstEventAt + index * 1000 + seq).toISOString();
    const stream = streamOf(event.type) as "actions" | "changes";
    files[stream].write(encodeLine(event, { seq, timestamp, receivedAt: timestamp, eventId: `${index}-${seq}` }));
    session = reduceSession(session, { type: event.type, seq, timestamp, data: event.data });
  }
  for (const file of Object.values(files)) file.close();
  writeSnapshots(folder, session);
}

/** A session begins with its creation and a goal; everything after is actions. */
function makeEvent(seq: number, index: number): NewEvent {
  if (seq === 1) {
    const data = { userId: `user-${index % 100}`, tags: [`team-${index % 10}`], initial: { source: "bench" } };
    return { type: "session_created", data };
  }
  if (seq === 2) return { type: "goal_added", data: { goalId: "goal-1", description: prose(index, 60) } };
  return { type: "action", data: makeAction(index * 31 + seq, eventBytes) as NewEvent["data"] };
}

function writeSnapshots(folder: string, { metadata, state }: Session): void {
  writeFileSync(join(folder, "state.json"), JSON.stringify(state));
  writeFileSync(join(folder, "metadata.json"), JSON.stringify(metadata));
}

/** Writes lines in large pieces; the file appears with the first of them. */
function createLineWriter(folder: string, stream: Stream): { write(line: string): void; close(): void } {
  let descriptor = -1;
  let pending = "";
  const flush = (): void => {
    if (pending === "") return;
    if (descriptor === -1) descriptor = openSync(join(folder, `${stream}.jsonl`), "a");
    writeSync(descriptor, pending);
    pending = "";
  };
  return {
    write(line) {
      pending += `${line}\n`;
      if (pending.length >= flushBytes) flush();
    },
    close() {
      flush();
      if (descriptor !== -1) closeSync(descriptor);
    },
  };
}
