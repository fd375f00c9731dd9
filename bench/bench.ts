import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync } from "node:fs";
import { constants, setPriority, tmpdir } from "node:os";
import { join } from "node:path";
import type { ClientCommands } from "./client.js";
import { fetchJson } from "./client/download.js";
import type { Figure } from "./figures.js";
import type { StoreSize } from "./make-store.js";
import { startProgram, type Program } from "./program.js";
import { startServer } from "./server.js";
import type { StoreMakerCommands } from "./store-maker.js";

/** A part of the table that can be run by itself. */
export interface Group {
  name: string;
  /** It reads the stores that take long to make. */
  needsStores?: boolean;
  run(bench: Bench): Promise<Figure[]>;
}

/** What the groups share: folders, stores that take long to make, and other servers to compare with. */
export interface Bench extends AsyncDisposable {
  competitors: Partial<Record<Competitor, string>>;
  /** A new, empty storage folder. */
  folder(): string;
  /** A store of many sessions and one of a million events, with its index; made once a run. */
  bigStore(): Promise<string>;
  /** A store of a hundred sessions like those, with its index. */
  smallStore(): Promise<string>;
  client(): Program<ClientCommands>;
  /**
   * Begins to make the stores that this run needs, in the background: for a group that leaves most of
   * the machine to others and measures what a process takes, not how long.
   */
  makeStoresAhead(): void;
  /** What is being done, for a person who waits. */
  say(text: string): void;
}

export const competitors = ["disler", "durable-streams", "predecessor"] as const;
export type Competitor = (typeof competitors)[number];

export const manySessions = 100_000;
export const bigSessionEvents = 1_000_000;
export const bigStoreSize: StoreSize = { sessions: manySessions, eventsPerSession: 2, bigSessionEvents };
const smallStoreSize: StoreSize = { sessions: 100, eventsPerSession: 2, bigSessionEvents: 0 };

export function createBench(urls: Bench["competitors"], needsStores: boolean, say: (text: string) => void): Bench {
  const root = mkdtempSync(join(tmpdir(), "claude-sessions-bench-"));
  let made = 0;
  const folder = (): string => {
    const path = join(root, String(++made), "storage");
    mkdirSync(path, { recursive: true });
    return path;
  };
  const store = once(async (size: StoreSize) => {
    const path = folder();
    say(`making a store of ${size.sessions.toLocaleString("en")} sessions`);
    await writeStore(path, size);
    await buildIndex(path);
    say(`made the store of ${size.sessions.toLocaleString("en")} sessions`);
    return path;
  });
  return {
    competitors: urls,
    folder,
    bigStore: () => store(bigStoreSize),
    smallStore: () => store(smallStoreSize),
    client: () => startProgram<ClientCommands>("client"),
    makeStoresAhead() {
      // A failure is told to the group that asks for the store.
      if (needsStores) store(bigStoreSize).catch(() => undefined);
    },
    say,
    async [Symbol.asyncDispose]() {
      say("removing what was made, in the background");
      spawn("rm", ["-rf", root], { detached: true, stdio: "ignore" }).unref();
    },
  };
}

function once<K, V>(make: (key: K) => Promise<V>): (key: K) => Promise<V> {
  const made = new Map<K, Promise<V>>();
  return (key) => {
    if (!made.has(key)) made.set(key, make(key));
    return made.get(key)!;
  };
}

/** On both cores, and behind whatever else is at work. */
async function writeStore(folder: string, size: StoreSize): Promise<void> {
  await using small = startProgram<StoreMakerCommands>("store-maker");
  await using big = startProgram<StoreMakerCommands>("store-maker");
  for (const { pid } of [small, big]) setPriority(pid, constants.priority.PRIORITY_LOW);
  await Promise.all([small.call("smallSessions", { folder, size }), big.call("bigSession", { folder, size })]);
}

/** Runs a server on the folder until a search finds everything. */
async function buildIndex(folder: string): Promise<void> {
  await using server = await startServer(folder, { inBackground: true });
  await untilIndexed(server.port);
}

/** Resolves once everything stored can be searched. */
export async function untilIndexed(port: number): Promise<void> {
  for (;;) {
    const { lag } = (await fetchJson(port, "/api/query/search?q=commit&limit=1")) as { lag?: number };
    if (lag === 0 || lag === undefined) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}
