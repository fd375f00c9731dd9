/*
 * Writes to a store as fast as it can, from several writers at once, until it is killed. Tells what it
 * knows on stdout, a line of JSON each, written before anything else happens:
 *
 *   ["opened"]
 *   ["stored", session, seq, eventId, mark]   an append has resolved; `mark` is in the event's data
 *   ["deleting", session, life]                   a delete is about to be asked for
 *   ["deleted", session, life]                    it has resolved
 *   ["failed", message]                       something that must not happen
 */
import { writeSync } from "node:fs";
import type { EventType, NewEvent } from "../../src/core/event.js";
import type { JsonObject } from "../../src/core/json.js";
import { openFileStore } from "../../src/storage/file/file-store.js";
import type { SessionStore } from "../../src/storage/session-store.js";
import { createRandom } from "../support/random.js";

interface Settings {
  path: string;
  seed: number;
  run: string;
  segmentBytes: number;
  hotSessions: number;
}

const settings = JSON.parse(process.argv[2]!) as Settings;
const sharedSessions = 24;
const ownSessions = 3;
const writers = 12;

/** Writes the line now, and waits where the reader is behind. */
function tell(...line: unknown[]): void {
  const bytes = Buffer.from(`${JSON.stringify(line)}\n`);
  for (let written = 0; written < bytes.length;) {
    try {
      written += writeSync(1, bytes, written);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") throw error;
    }
  }
}

function fail(error: unknown): never {
  tell("failed", String(error instanceof Error ? error.stack : error));
  process.exit(1);
}

let made = 0;

const types: EventType[] = [
  "action",
  "action",
  "action",
  "response",
  "state_updated",
  "goal_added",
  "metadata_updated",
];

function upTo(random: () => number, limit: number): number {
  return Math.floor(random() * limit);
}

/** An event of any type; its mark is in its data and is never made again. */
function createEvent(random: () => number): { event: NewEvent; mark: string } {
  const mark = `${settings.run}.${++made}`;
  const type = types[upTo(random, types.length)]!;
  const text = "x".repeat(upTo(random, upTo(random, 20) === 0 ? 20_000 : 300));
  const data: JsonObject = type === "goal_added" ? { goalId: mark, mark } : { type: "tool_call", mark, text };
  return { event: { type, data, ...(upTo(random, 3) > 0 && { eventId: `id-${mark}` }) }, mark };
}

async function append(store: SessionStore, session: string, random: () => number): Promise<void> {
  const count = upTo(random, 4) === 0 ? 1 + upTo(random, 20) : 1;
  const made = Array.from({ length: count }, () => createEvent(random));
  const events = made.map(({ event }) => event);
  const stored = await store.append(session, upTo(random, 5) === 0 ? () => events : events);
  stored.events.forEach(({ seq, eventId }, index) => tell("stored", session, seq, eventId, made[index]!.mark));
}

/** Sessions that all writers write to. */
async function writeShared(store: SessionStore, random: () => number): Promise<never> {
  for (;;) await append(store, `shared-${upTo(random, sharedSessions)}`, random);
}

/** A session that one writer has to itself, deletes now and then, and begins anew. */
async function writeOwn(store: SessionStore, session: string, random: () => number): Promise<never> {
  for (;;) {
    for (let count = upTo(random, 40); count >= 0; count--) await append(store, session, random);
    tell("deleting", session);
    await store.delete(session);
    tell("deleted", session);
  }
}

try {
  const { path, segmentBytes, hotSessions } = settings;
  const store = await openFileStore({ path, segmentBytes, hotSessions, snapshotIntervalMs: 20 });
  tell("opened");
  const running: Promise<never>[] = [];
  for (let n = 0; n < writers; n++) running.push(writeShared(store, createRandom(settings.seed + n)));
  for (let n = 0; n < ownSessions; n++)
    running.push(writeOwn(store, `own-${n}`, createRandom(settings.seed + 1000 + n)));
  await Promise.all(running);
} catch (error) {
  fail(error);
}
