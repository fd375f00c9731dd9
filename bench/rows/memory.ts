import type { HonoAppCommands } from "../baselines/hono-app.js";
import { manySessions, untilIndexed, type Group } from "../bench.js";
import { actionsOf } from "../client/load.js";
import { atMost, within } from "../figures.js";
import { residentMegabytes, startProgram } from "../program.js";
import { startServer } from "../server.js";
import { watchMemory } from "./reads.js";

const settleMs = 1500;

/** Resident memory: idle, with many sessions stored, and under load, against a bare Hono and ws process. */
export const memory: Group = {
  name: "memory",
  needsStores: true,
  async run(bench) {
    bench.say("memory");
    await using app = startProgram<HonoAppCommands>("baselines/hono-app");
    await using client = bench.client();
    await using server = await startServer(await bench.smallStore());
    await using many = await startServer(await bench.bigStore());
    const appPort = await app.call("listen", null);
    await untilIndexed(many.port);
    await new Promise((resolve) => setTimeout(resolve, settleMs));
    const idle = {
      ours: residentMegabytes(server.pid),
      bare: residentMegabytes(app.pid),
      many: residentMegabytes(many.pid),
    };
    const underLoad = async (port: number, pid: number): Promise<number> => {
      const peak = watchMemory(pid);
      await client.call("load", { port, inFlight: 64, seconds: 3, requests: actionsOf(100) });
      return peak();
    };
    const bareLoad = await underLoad(appPort, app.pid);
    const ourLoad = await underLoad(server.port, server.pid);
    const megabytes = (value: number) => ({ value, unit: "MB" });
    return [
      atMost(1.2, {
        name: "memory, idle",
        than: "a bare Hono + ws process",
        measured: megabytes(idle.ours),
        baseline: megabytes(idle.bare),
      }),
      within(
        { value: 0.5, unit: "KB" },
        "memory a stored session adds",
        ((idle.many - idle.ours) * 1024) / manySessions,
      ),
      atMost(1.6, {
        name: "memory, under load",
        than: "a bare Hono + ws process under the same load",
        measured: megabytes(ourLoad),
        baseline: megabytes(bareLoad),
      }),
    ];
  },
};
