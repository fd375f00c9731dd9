import type { Bench, Competitor, Group } from "../bench.js";
import type { HonoAppCommands } from "../baselines/hono-app.js";
import { actionsOf, type RequestKind } from "../client/load.js";
import { atLeast, interleave, type Figure } from "../figures.js";
import { makeAction, sessionIds } from "../payload.js";
import { startProgram } from "../program.js";
import { startServer } from "../server.js";

const levels = [
  { inFlight: 1, mark: 0.25 },
  { inFlight: 16, mark: 0.6 },
  { inFlight: 64, mark: 0.9 },
];
const rounds = 5;
const seconds = 0.6;

/** Durable single appends of about 1 KB over 100 sessions. */
export const appends: Group = {
  name: "appends",
  async run(bench) {
    await using app = startProgram<HonoAppCommands>("baselines/hono-app");
    await using client = bench.client();
    await using server = await startServer(bench.folder());
    const baselinePort = await app.call("listen", null);
    const rate = async (port: number, inFlight: number): Promise<number> =>
      (await client.call("load", { port, inFlight, seconds, requests: actionsOf(100) })).rate;
    await rate(server.port, 16);
    await rate(baselinePort, 16);
    const figures: Figure[] = [];
    for (const { inFlight, mark } of levels) {
      bench.say(`appends, ${inFlight} in flight`);
      const rates = await interleave(rounds, {
        ours: () => rate(server.port, inFlight),
        baseline: () => rate(baselinePort, inFlight),
      });
      figures.push(
        atLeast(mark, {
          name: `durable appends, ${inFlight} in flight`,
          than: "a Hono app that parses and stores nothing",
          measured: { value: rates.ours, unit: "/s" },
          baseline: { value: rates.baseline, unit: "/s" },
        }),
      );
    }
    return [...figures, ...(await compareWithOthers(bench, server.port))];
  },
};

const others: Record<Competitor, { mark: number; requests: RequestKind }> = {
  disler: {
    mark: 3,
    requests: { kind: "post", path: "/events", bodies: sessionIds(100).map((id, index) => hookEvent(id, index)) },
  },
  "durable-streams": {
    mark: 11,
    requests: {
      kind: "post",
      path: "/v1/stream/bench",
      bodies: sessionIds(100).map((_, index) => JSON.stringify(makeAction(index))),
    },
  },
  predecessor: { mark: 18, requests: actionsOf(100) },
};

function hookEvent(sessionId: string, index: number): string {
  return JSON.stringify({
    source_app: "bench",
    session_id: sessionId,
    hook_event_type: "PostToolUse",
    payload: makeAction(index),
  });
}

async function compareWithOthers(bench: Bench, port: number): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [name, url] of Object.entries(bench.competitors)) {
    const { mark, requests } = others[name as Competitor];
    bench.say(`appends, against ${name}`);
    await using client = bench.client();
    const rate = async (to: number, kind: RequestKind): Promise<number> =>
      (await client.call("load", { port: to, inFlight: 64, seconds, requests: kind })).rate;
    const rates = await interleave(3, {
      ours: () => rate(port, actionsOf(100)),
      theirs: () => rate(Number(new URL(url).port), requests),
    });
    figures.push(
      atLeast(mark, {
        name: "durable appends, 64 in flight",
        than: name,
        measured: { value: rates.ours, unit: "/s" },
        baseline: { value: rates.theirs, unit: "/s" },
      }),
    );
  }
  return figures;
}
