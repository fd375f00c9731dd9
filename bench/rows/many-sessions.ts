import { untilIndexed, type Bench, type Group } from "../bench.js";
import type { ClientCommands } from "../client.js";
import { atMost, interleave, median, within, type Figure } from "../figures.js";
import { residentMegabytes, type Program } from "../program.js";
import { startServer, type Server } from "../server.js";

const listings = { recent: "/api/query/recent", active: "/api/query/active", stats: "/api/query/stats" };
const searches = [
  "invoice",
  "cursor",
  "npm test",
  "module-77",
  "mailbox review",
  "backfill consumer",
  "jour",
  "lease kernel ticket",
];
const settleMs = 1500;

/** A store of 100,000 sessions, against one of 100. */
export const manySessionsGroup: Group = {
  name: "many-sessions",
  needsStores: true,
  async run(bench) {
    const folder = await bench.bigStore();
    bench.say("100,000 sessions");
    const start = await startTime(folder);
    await using many = await startServer(folder);
    await using few = await startServer(await bench.smallStore());
    await using client = bench.client();
    await untilIndexed(many.port);
    await new Promise((resolve) => setTimeout(resolve, settleMs));
    const idle = residentMegabytes(many.pid);
    return [
      within({ value: 1000, unit: "ms" }, "start to first answer, 100,000 sessions", start),
      ...(await compareListings(client, many, few)),
      within({ value: 150, unit: "MB" }, "memory, idle, 100,000 sessions", idle),
      await searchTime(bench, client, many),
    ];
  },
};

async function startTime(folder: string): Promise<number> {
  const times: number[] = [];
  for (let round = 0; round < 3; round++) {
    await using server = await startServer(folder);
    times.push(server.startMs);
  }
  return median(times);
}

async function compareListings(client: Program<ClientCommands>, many: Server, few: Server): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [name, path] of Object.entries(listings)) {
    const time =
      ({ port }: Server) =>
      async (): Promise<number> =>
        (await client.call("load", { port, inFlight: 1, seconds: 0.25, requests: { kind: "get", paths: [path] } }))
          .p50Ms;
    const times = await interleave(5, { many: time(many), few: time(few) });
    figures.push(
      atMost(1.2, {
        name: `query ${name}, 100,000 sessions`,
        than: "the same with 100",
        measured: { value: times.many, unit: "ms" },
        baseline: { value: times.few, unit: "ms" },
      }),
    );
  }
  return figures;
}

async function searchTime(bench: Bench, client: Program<ClientCommands>, { port }: Server): Promise<Figure> {
  bench.say("search over more than 1,000,000 events");
  const paths = searches.map((query) => `/api/query/search?q=${encodeURIComponent(query)}&limit=20`);
  const { p95Ms } = await client.call("load", { port, inFlight: 1, seconds: 4, requests: { kind: "get", paths } });
  return within({ value: 50, unit: "ms" }, "search, p95, 1,200,000 events", p95Ms);
}
