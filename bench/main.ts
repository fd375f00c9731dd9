import { parseArgs } from "node:util";
import { bigStoreSize, competitors, createBench, type Bench, type Group } from "./bench.js";
import type { Figure } from "./figures.js";
import { makeStore } from "./make-store.js";
import { appends } from "./rows/appends.js";
import { batches } from "./rows/batches.js";
import { dashboard } from "./rows/dashboard.js";
import { delivery } from "./rows/delivery.js";
import { fanOut } from "./rows/fan-out.js";
import { hookAgents } from "./rows/hook-agents.js";
import { manySessionsGroup } from "./rows/many-sessions.js";
import { memory } from "./rows/memory.js";
import { million } from "./rows/million.js";
import { reads } from "./rows/reads.js";
import { slowReader } from "./rows/slow-reader.js";
import { startUp } from "./rows/start-up.js";
import { watch } from "./rows/watch.js";
import { printTable } from "./table.js";

const groups: Group[] = [
  startUp,
  hookAgents,
  appends,
  batches,
  delivery,
  fanOut,
  slowReader,
  watch,
  reads,
  million,
  memory,
  manySessionsGroup,
  dashboard,
];

const usage = `npm run bench -- [--only <group>]… [--json] [--<competitor>-url <url>]
npm run bench -- --make-store <folder>   only writes the store of ${bigStoreSize.sessions.toLocaleString("en")} sessions and keeps it

Groups: ${groups.map(({ name }) => name).join(", ")}
Competitors, running on this machine: ${competitors.join(", ")}`;

const { values } = parseArgs({
  options: {
    only: { type: "string", multiple: true },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
    "make-store": { type: "string" },
    "disler-url": { type: "string" },
    "durable-streams-url": { type: "string" },
    "predecessor-url": { type: "string" },
  },
});

if (values.help) console.log(usage);
else if (values["make-store"] !== undefined) makeStore(values["make-store"], bigStoreSize);
else process.exitCode = await main();

/** @returns the exit code: 0 where every figure reaches its mark */
async function main(): Promise<number> {
  const started = performance.now();
  const unknown = values.only?.find((name) => !groups.some((group) => group.name === name));
  if (unknown !== undefined) {
    console.error(`There is no group '${unknown}'.\n\n${usage}`);
    return 2;
  }
  const figures = await runGroups(groups.filter(({ name }) => values.only?.includes(name) ?? true));
  const seconds = Math.round((performance.now() - started) / 1000);
  if (values.json) console.log(JSON.stringify({ node: process.version, seconds, figures }, null, 2));
  else printTable(figures, seconds);
  return figures.every(({ pass }) => pass) ? 0 : 1;
}

async function runGroups(chosen: Group[]): Promise<Figure[]> {
  const needsStores = chosen.some((group) => group.needsStores);
  await using bench = createBench(competitorUrls(), needsStores, say);
  const figures: Figure[] = [];
  for (const group of chosen) {
    try {
      figures.push(...(await group.run(bench)));
    } catch (error) {
      say(`${group.name} failed: ${(error as Error).stack}`);
      figures.push({
        name: group.name,
        goal: "runs",
        ratio: Number.NaN,
        measured: "failed",
        baseline: "",
        pass: false,
      });
    }
  }
  return figures;
}

function competitorUrls(): Bench["competitors"] {
  const urls = competitors.map((name) => [name, values[`${name}-url`]] as const);
  return Object.fromEntries(urls.filter(([, url]) => url !== undefined));
}

function say(text: string): void {
  process.stderr.write(`${(performance.now() / 1000).toFixed(0).padStart(4)} s  ${text}\n`);
}
