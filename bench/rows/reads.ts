import { statSync } from "node:fs";
import { join } from "node:path";
import { bigSessionEvents, untilIndexed, type Bench, type Group } from "../bench.js";
import type { FileServerCommands } from "../baselines/file-server.js";
import type { ClientCommands } from "../client.js";
import { atLeast, atMost, interleave, within, type Figure } from "../figures.js";
import { bigSession } from "../make-store.js";
import { residentMegabytes, startProgram, type Program } from "../program.js";
import { startServer, type Server } from "../server.js";

const rounds = 5;
const newest = (session: string): string => `/api/actions/${session}?limit=100`;
/** Pages all over the log, and its newest one. */
const bigPages = Array.from(
  { length: 20 },
  (_, index) => `${newest(bigSession)}&after=${index * (bigSessionEvents / 20)}`,
);

/** Pages and exports of a session of a million events. */
export const reads: Group = {
  name: "reads",
  needsStores: true,
  async run(bench) {
    const folder = await bench.bigStore();
    await using server = await startServer(folder);
    await using client = bench.client();
    await untilIndexed(server.port);
    await client.call("load", appendTo(server, "thousand-events", 1000));
    const before = residentMegabytes(server.pid);
    const peak = watchMemory(server.pid);
    const figures = [...(await pages(bench, client, server, folder)), await fullExport(bench, client, server, folder)];
    return [...figures, within({ value: 50, unit: "MB" }, "memory that reads add", peak() - before)];
  },
};

export function appendTo({ port }: Server, session: string, count?: number) {
  const requests = { kind: "actions" as const, sessions: [session], bytes: 400 };
  return { port, inFlight: 4, seconds: 60, count, requests };
}

async function pages(bench: Bench, client: Program<ClientCommands>, server: Server, folder: string): Promise<Figure[]> {
  await using files = startProgram<FileServerCommands>("baselines/file-server");
  const filePort = await files.call("listen", join(folder, "sessions", bigSession, "actions.jsonl"));
  const read = (port: number, paths: string[]) => async (): Promise<number> =>
    (await client.call("load", { port, inFlight: 1, seconds: 0.35, requests: { kind: "get", paths } })).p50Ms;
  bench.say("pages of a session of 1,000,000 events");
  const times = await interleave(rounds, {
    big: read(server.port, [...bigPages, newest(bigSession)]),
    small: read(server.port, [newest("thousand-events"), `${newest("thousand-events")}&after=500`]),
    newest: read(server.port, [newest(bigSession)]),
    parsed: read(filePort, ["/page"]),
  });
  const milliseconds = (value: number) => ({ value, unit: "ms" });
  return [
    atMost(1.5, {
      name: "a page of 100 out of 1,000,000 events",
      than: "the same page out of 1,000",
      measured: milliseconds(times.big),
      baseline: milliseconds(times.small),
    }),
    atLeast(3, {
      name: "the newest page of 100",
      than: "the same lines parsed and serialised again",
      measured: { value: 1000 / times.newest, unit: "pages/s" },
      baseline: { value: 1000 / times.parsed, unit: "pages/s" },
    }),
  ];
}

/** Both rates are of the log's bytes as they are stored, although the export sends more. */
async function fullExport(
  bench: Bench,
  client: Program<ClientCommands>,
  server: Server,
  folder: string,
): Promise<Figure> {
  await using files = startProgram<FileServerCommands>("baselines/file-server");
  const log = join(folder, "sessions", bigSession, "actions.jsonl");
  const filePort = await files.call("listen", log);
  const megabytes = statSync(log).size / 1e6;
  bench.say("a full export");
  const rate = (port: number, path: string) => async (): Promise<number> =>
    megabytes / (await client.call("download", { port, path, accept: "application/x-ndjson" })).seconds;
  const rates = await interleave(3, {
    ours: rate(server.port, `/api/sessions/${bigSession}/events`),
    file: rate(filePort, "/file"),
  });
  return atLeast(0.5, {
    name: "full export of 1,000,000 events (NDJSON)",
    than: "a plain file stream",
    measured: { value: rates.ours, unit: "MB/s" },
    baseline: { value: rates.file, unit: "MB/s" },
  });
}

/** Samples the resident memory until asked for its peak. */
export function watchMemory(pid: number): () => number {
  let peak = 0;
  const timer = setInterval(() => (peak = Math.max(peak, residentMegabytes(pid))), 25);
  return () => {
    clearInterval(timer);
    return peak;
  };
}
