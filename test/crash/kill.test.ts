import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { build } from "esbuild";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { SessionEvent } from "../../src/core/event.js";
import { openFileStore } from "../../src/storage/file/file-store.js";
import { verifyStore } from "../../src/storage/file/verify.js";
import { parsePage } from "../../src/storage/page.js";
import type { SessionStore } from "../../src/storage/session-store.js";
import { temporaryFolder } from "../../src/testing/temporary-folder.js";
import { createRandom } from "../support/random.js";

/** Rounds of load, SIGKILL and restart; `CRASH_ROUNDS=1000` runs more of them by hand. */
const rounds = Number(process.env["CRASH_ROUNDS"] ?? 52);
const seed = Number(process.env["CRASH_SEED"] ?? Date.now() % 1_000_000);
/** Rounds on one folder, before the next begins with an empty one. */
const roundsPerFolder = 9;
const lanes = 2;

const repository = join(import.meta.dirname, "..", "..");
const bundles = mkdtempSync(join(repository, "node_modules", ".crash-"));

interface Stored {
  seq: number;
  eventId: string;
  mark: string;
}

/** What must be there: everything acknowledged, but for a session whose removal may have been done. */
class Ledger {
  readonly stored = new Map<string, Stored[]>();
  readonly deleting = new Set<string>();
  failure: string | undefined;
  acknowledged = 0;

  take(line: string): void {
    const [kind, session, ...rest] = JSON.parse(line) as [string, string, number, string, string];
    if (kind === "stored") this.store(session, { seq: rest[0], eventId: rest[1], mark: rest[2] });
    if (kind === "deleting") this.deleting.add(session);
    if (kind === "failed") this.failure = session;
    if (kind === "deleted") {
      this.deleting.delete(session);
      this.stored.set(session, []);
    }
  }

  private store(session: string, stored: Stored): void {
    this.stored.set(session, [...(this.stored.get(session) ?? []), stored]);
    this.acknowledged += 1;
  }
}

interface Round {
  path: string;
  seed: number;
  run: string;
  segmentBytes: number;
  hotSessions: number;
  /** The writer is killed behind this many lines that it has told. */
  killAfter: number;
}

/** Lets the writer work until it is killed; resolves with what it told. */
async function writeAndKill({ killAfter, ...settings }: Round, ledger: Ledger): Promise<void> {
  const child = spawn(process.execPath, [join(bundles, "writer.js"), JSON.stringify(settings)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const ended = new Promise((resolve) => child.once("close", resolve));
  let told = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.endsWith("]")) ledger.take(line);
    if (told++ >= killAfter) child.kill("SIGKILL");
  }
  await ended;
}

async function readAll(store: SessionStore, session: string): Promise<SessionEvent[]> {
  const events: SessionEvent[] = [];
  for (let after = 0, more = (await store.head(session)) > 0; more;) {
    const page = await store.readPage(session, { of: "events", after, limit: 2000 });
    events.push(...parsePage<SessionEvent>(page));
    ({ last: after, more } = page);
  }
  return events;
}

async function checkSession(store: SessionStore, session: string, ledger: Ledger): Promise<number> {
  const events = await readAll(store, session);
  if (events.length === 0 && ledger.deleting.has(session)) ledger.stored.set(session, []);
  expect(
    events.map(({ seq }) => seq),
    session,
  ).toEqual(events.map((_, index) => index + 1));
  expect(new Set(events.map(({ eventId }) => eventId)).size, session).toBe(events.length);
  const marks = events.slice(1).map(({ data }) => data["mark"]);
  expect(new Set(marks).size, session).toBe(marks.length);
  const expected = ledger.stored.get(session) ?? [];
  expect(
    expected.map(({ seq }) => ({ seq, eventId: events[seq - 1]?.eventId, mark: events[seq - 1]?.data["mark"] })),
    session,
  ).toEqual(expected);
  expect((await store.readSession(session))?.metadata.eventCount ?? 0, session).toBe(events.length);
  return events.length;
}

async function checkStore(path: string, ledger: Ledger): Promise<void> {
  const store = await openFileStore({ path });
  try {
    let [total, events] = [0, 0];
    // What was on its way may be stored though nobody was told.
    for (const session of new Set([...ledger.stored.keys(), ...readdirSync(join(path, "sessions"))])) {
      const count = await checkSession(store, session, ledger);
      total += count > 0 ? 1 : 0;
      events += count;
    }
    ledger.deleting.clear();
    await checkRepeat(store, ledger);
    expect(await store.stats()).toMatchObject({ total, events });
  } finally {
    await store.close();
  }
  const findings = [];
  for await (const finding of verifyStore(path)) findings.push(finding);
  expect(findings).toEqual([]);
}

/** Somebody who never heard that the last event was stored sends it again. */
async function checkRepeat(store: SessionStore, ledger: Ledger): Promise<void> {
  for (const [session, stored] of ledger.stored) {
    const last = stored.at(-1);
    if (!last) continue;
    const { events } = await store.append(session, [
      { type: "action", data: { type: "repeat" }, eventId: last.eventId },
    ]);
    expect(events).toMatchObject([{ seq: last.seq, duplicate: true }]);
  }
}

async function runLane(lane: number, count: number): Promise<number> {
  const random = createRandom(seed * 7 + lane);
  let acknowledged = 0;
  for (let done = 0; done < count;) {
    using folder = temporaryFolder();
    const ledger = new Ledger();
    for (let round = 0; round < roundsPerFolder && done < count; round++, done++) {
      const run: Round = {
        path: folder.path,
        seed: Math.floor(random() * 2 ** 31),
        run: `${lane}-${done}`,
        segmentBytes: random() < 0.5 ? 30_000 : 64 * 1024 * 1024,
        hotSessions: random() < 0.3 ? 4 : 1000,
        killAfter: random() < 0.1 ? 0 : Math.floor(random() * 1200),
      };
      await writeAndKill(run, ledger);
      expect(ledger.failure).toBeUndefined();
      await checkStore(folder.path, ledger).catch((error: unknown) => {
        throw new Error(`round ${done} of lane ${lane} with CRASH_SEED=${seed} failed: ${JSON.stringify(run)}`, {
          cause: error,
        });
      });
    }
    acknowledged += ledger.acknowledged;
  }
  return acknowledged;
}

describe("a server that is killed under full load", () => {
  beforeAll(async () => {
    await build({
      entryPoints: {
        writer: join(repository, "test", "crash", "writer.ts"),
        "index-worker": join(repository, "src", "storage", "index", "index-worker.ts"),
      },
      outdir: bundles,
      bundle: true,
      format: "esm",
      platform: "node",
      target: "node22",
      logLevel: "silent",
    });
  });
  afterAll(() => rmSync(bundles, { recursive: true, force: true }));

  test(
    `has every acknowledged event once, without gaps, after each of ${rounds} restarts`,
    { timeout: 10_000 + rounds * 5000 },
    async () => {
      const counts = Array.from({ length: lanes }, (_, lane) => Math.floor((rounds + lane) / lanes));
      const acknowledged = await Promise.all(counts.map((count, lane) => runLane(lane, count)));
      expect(Math.min(...acknowledged)).toBeGreaterThan(rounds * 10);
    },
  );
});
