import type { Group } from "../bench.js";
import { atMost, interleave, within } from "../figures.js";
import { startServer } from "../server.js";
import { watchMemory } from "./reads.js";

const session = "slow-reader";
const deadSockets = 20;
const floodBatches = 200;
const rounds = 5;

/** What sockets that never read do to the others, and to the server's memory. */
export const slowReader: Group = {
  name: "slow-reader",
  async run(bench) {
    bench.say("dead readers");
    await using server = await startServer(bench.folder());
    await using client = bench.client();
    await using dead = bench.client();
    const { port } = server;
    const requests = { kind: "batches" as const, sessions: [session], bytes: 1024, events: 100 };
    const flood = () => client.call("load", { port, inFlight: 4, seconds: 60, count: floodBatches, requests });
    const deliver = async (): Promise<number> => {
      await flood();
      return (await client.call("measureDelivery", { port, session, readers: 10, count: 600 })).p99Ms;
    };
    const withDead = async (): Promise<number> => {
      await dead.call("subscribe", {
        port,
        path: `/ws?session=${session}`,
        count: deadSockets,
        protocol: "ws",
        dead: true,
      });
      const time = await deliver();
      await dead.call("unsubscribe", null);
      return time;
    };
    const alonePeak = await peakOf(server.pid, async () => {
      for (let round = 0; round < 3; round++) await deliver();
    });
    let times = { alone: Number.NaN, beside: Number.NaN };
    const besidePeak = await peakOf(server.pid, async () => {
      times = await interleave(rounds, { alone: deliver, beside: withDead });
    });
    return [
      atMost(1.1, {
        name: `delivery p99 beside ${deadSockets} dead readers`,
        than: "without them",
        measured: { value: times.beside, unit: "ms" },
        baseline: { value: times.alone, unit: "ms" },
      }),
      within(
        { value: 64, unit: "MB" },
        `memory that ${deadSockets} dead readers add, 20 MB behind each`,
        besidePeak - alonePeak,
      ),
    ];
  },
};

async function peakOf(pid: number, work: () => Promise<void>): Promise<number> {
  const peak = watchMemory(pid);
  await work();
  return peak();
}
