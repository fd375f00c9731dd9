import { join } from "node:path";
import type { Group } from "../bench.js";
import type { HonoAppCommands } from "../baselines/hono-app.js";
import { atMost, interleave } from "../figures.js";
import { startProgram } from "../program.js";
import { startServer } from "../server.js";

const count = 300;

/** From an append to its arrival at a subscriber, on an idle server. */
export const delivery: Group = {
  name: "delivery",
  async run(bench) {
    await using app = startProgram<HonoAppCommands>("baselines/hono-app");
    await using client = bench.client();
    const folder = bench.folder();
    await using server = await startServer(folder);
    const appPort = await app.call("listen", null);
    bench.say("append to subscriber");
    const deliver = async (): Promise<number> =>
      (await client.call("measureDelivery", { port: server.port, session: "delivery", readers: 1, count })).p50Ms;
    const floor = async (): Promise<number> => {
      const { syncMs, roundTripMs } = await client.call("measureFloor", {
        port: appPort,
        file: join(folder, "..", "sync"),
        count,
      });
      return syncMs + roundTripMs;
    };
    await deliver();
    await floor();
    const times = await interleave(5, { ours: deliver, floor });
    return [
      atMost(1.5, {
        name: "append → subscriber, p50, idle",
        than: "fdatasync + an empty HTTP round trip",
        measured: { value: times.ours, unit: "ms" },
        baseline: { value: times.floor, unit: "ms" },
      }),
    ];
  },
};
