import type { Group } from "../bench.js";
import type { JsonParseCommands } from "../baselines/json-parse.js";
import { atLeast, interleave } from "../figures.js";
import { sessionIds } from "../payload.js";
import { startProgram } from "../program.js";
import { startServer } from "../server.js";

const events = 100;
const bytes = 1024;
const seconds = 0.8;

/** Batches of NDJSON, against JSON.parse of the same lines. */
export const batches: Group = {
  name: "batches",
  async run(bench) {
    await using parser = startProgram<JsonParseCommands>("baselines/json-parse");
    await using client = bench.client();
    await using server = await startServer(bench.folder());
    bench.say("batched appends");
    const append = async (): Promise<number> => {
      const requests = { kind: "batches" as const, sessions: sessionIds(100), bytes, events };
      return (await client.call("load", { port: server.port, inFlight: 16, seconds, requests })).rate * events;
    };
    await append();
    const rates = await interleave(5, { ours: append, baseline: () => parser.call("parse", { seconds: 0.3, bytes }) });
    return [
      atLeast(0.5, {
        name: "batched appends (NDJSON, 100 a request, 16 in flight)",
        than: "JSON.parse alone on one thread",
        measured: { value: rates.ours, unit: "events/s" },
        baseline: { value: rates.baseline, unit: "events/s" },
      }),
    ];
  },
};
