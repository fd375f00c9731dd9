import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "esbuild";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { SessionEvent } from "../../src/core/event.js";
import { temporaryFolder } from "../../src/testing/temporary-folder.js";
import { pythonEnv, pythonPath } from "../support/python.js";
import { createRandom } from "../support/random.js";
import { runProgram, startMortalServer, type Program, type Run } from "./chaos.js";

/** Events of all processes together; `CHAOS_EVENTS=100000` runs more of them by hand. */
const events = Number(process.env["CHAOS_EVENTS"] ?? 10_000);
const seed = Number(process.env["CHAOS_SEED"] ?? Date.now() % 1_000_000);
const lanes = 8;
const serverKills = 16;
const killsOfALane = 3;

const repository = join(import.meta.dirname, "..", "..");
const bundles = mkdtempSync(join(repository, "node_modules", ".chaos-"));
const random = createRandom(seed);
const upTo = (most: number) => 1 + Math.floor(random() * most);

beforeAll(async () => {
  const entry = join(import.meta.dirname, "chaos-agent.ts");
  const outfile = join(bundles, "chaos-agent.js");
  await build({ entryPoints: [entry], outfile, bundle: true, platform: "node", format: "esm" });
});
afterAll(() => rmSync(bundles, { recursive: true, force: true }));

function programs(shared: Record<string, string>): Record<"node" | "python", Program> {
  return {
    node: { command: process.execPath, args: [join(bundles, "chaos-agent.js")], env: shared },
    python: {
      command: pythonPath(),
      args: [join(import.meta.dirname, "chaos-agent.py")],
      env: { ...shared, ...pythonEnv },
    },
  };
}

test(
  `whatever is killed, each accepted event is stored once and in order (seed ${seed})`,
  { timeout: 60_000 + events * 5 },
  async () => {
    using folder = temporaryFolder();
    const spool = join(folder.path, "spool");
    const server = await startMortalServer(join(folder.path, "storage"));
    const shared = { SESSION_SERVICE_URL: server.url, CLAUDE_SESSIONS_SPOOL: spool };
    const { node, python } = programs(shared);
    let accepted = 0;
    let killServerAt = upTo(Math.ceil(events / serverKills));
    const onAccepted = () => {
      accepted += 1;
      if (accepted < killServerAt || !server.kill()) return;
      killServerAt = accepted + upTo(Math.ceil((2 * events) / serverKills));
    };

    /** One process after another, each going on where the one before was killed. */
    async function runLane(lane: number): Promise<Run[]> {
      const program = lane % 2 === 0 ? node : python;
      const session = `chaos-${Math.floor(lane / 4)}`;
      const runs: Run[] = [];
      for (let left = Math.ceil(events / lanes); left > 0; left -= runs.at(-1)!.accepted) {
        const killAfter = runs.length < killsOfALane ? upTo(Math.ceil(events / lanes / killsOfALane)) : undefined;
        const burst = upTo(20);
        const name = `lane-${lane}-${runs.length}`;
        runs.push(await runProgram({ program, session, process: name, count: left, burst, killAfter, onAccepted }));
      }
      return runs;
    }

    try {
      const runs = (await Promise.all(Array.from({ length: lanes }, (_, lane) => runLane(lane)))).flat();
      await server.settled();
      const sessions = new Set(runs.map(({ session }) => session));
      for (const session of sessions) await sendLeftovers(node, session);
      expect(filesIn(spool)).toEqual([]);
      for (const session of sessions) {
        const log = await readLog(server.url, session);
        const itsRuns = runs.filter((run) => run.session === session);
        expectEachOnceInOrder(log, itsRuns);
      }
      expect(runs.filter(({ killed }) => killed).length).toBeGreaterThan(lanes);
      expect(server.restarts()).toBeGreaterThanOrEqual(3);
    } finally {
      await server.stop();
    }
  },
);

function filesIn(folder: string): string[] {
  return existsSync(folder) ? readdirSync(folder, { recursive: true, encoding: "utf8" }).sort() : [];
}

/** A last process of the session, which logs nothing, sends what killed ones left. */
async function sendLeftovers(program: Program, session: string): Promise<void> {
  await runProgram({ program, session, process: "last", count: 0, burst: 1, killAfter: undefined, onAccepted() {} });
}

async function readLog(url: string, session: string): Promise<SessionEvent[]> {
  const response = await fetch(`${url}/api/sessions/${session}/events`, {
    headers: { accept: "application/x-ndjson" },
  });
  const lines = (await response.text()).trimEnd().split("\n");
  return lines.map((line) => JSON.parse(line) as SessionEvent);
}

function expectEachOnceInOrder(log: readonly SessionEvent[], runs: readonly Run[]): void {
  expect(log.map(({ seq }) => seq)).toEqual(log.map((_, index) => index + 1));
  const records = log.filter(({ type }) => type !== "session_created").map(({ data }) => data);
  expect(records.filter(({ type }) => type !== "step")).toEqual([]);
  const stored = Map.groupBy(records, ({ process }) => String(process));
  const told = runs.map(({ process, accepted, killed }) => {
    const numbers = (stored.get(process) ?? []).map(({ n }) => Number(n));
    // One more may have been accepted by a process that was killed before it could say so.
    const unsaid = killed && numbers.at(-1) === accepted + 1 ? 1 : 0;
    return {
      process,
      stored: ranges(numbers),
      accepted: ranges(Array.from({ length: accepted + unsaid }, (_, i) => i + 1)),
    };
  });
  expect(told.map(({ process, stored }) => `${process}: ${stored}`)).toEqual(
    told.map(({ process, accepted }) => `${process}: ${accepted}`),
  );
  expect([...stored.keys()].filter((name) => !runs.some(({ process }) => process === name))).toEqual([]);
}

/** `1-3, 5`: numbers in the order in which they come, each ascending run of neighbours in one. */
function ranges(numbers: readonly number[]): string {
  const runs: [number, number][] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last && number === last[1] + 1) last[1] = number;
    else runs.push([number, number]);
  }
  return runs.map(([from, to]) => (from === to ? String(from) : `${from}-${to}`)).join(", ");
}
