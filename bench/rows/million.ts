import { untilIndexed, type Group } from "../bench.js";
import { atMost, interleave } from "../figures.js";
import { bigSession } from "../make-store.js";
import { startServer } from "../server.js";
import { appendTo } from "./reads.js";

const fresh = "fresh-session";
const seconds = 0.5;

/** What the millionth event of a session costs, against one of its first. */
export const million: Group = {
  name: "million",
  needsStores: true,
  async run(bench) {
    await using server = await startServer(await bench.bigStore());
    await using client = bench.client();
    await untilIndexed(server.port);
    bench.say("the 1,000,000th event of a session");
    await client.call("load", appendTo(server, fresh, 200));
    const append = (session: string) => async (): Promise<number> =>
      (await client.call("load", { ...appendTo(server, session), inFlight: 1, seconds })).p50Ms;
    const page = (session: string) => async (): Promise<number> => {
      const requests = { kind: "get" as const, paths: [`/api/actions/${session}?limit=100`] };
      return (await client.call("load", { port: server.port, inFlight: 1, seconds: 0.25, requests })).p50Ms;
    };
    const times = await interleave(5, {
      bigAppend: append(bigSession),
      freshAppend: append(fresh),
      bigPage: page(bigSession),
      freshPage: page(fresh),
    });
    const milliseconds = (value: number) => ({ value, unit: "ms" });
    return [
      atMost(1.2, {
        name: "a session's 1,000,000th append",
        than: "an append to a fresh session",
        measured: milliseconds(times.bigAppend),
        baseline: milliseconds(times.freshAppend),
      }),
      atMost(1.5, {
        name: "its newest page of 100",
        than: "that of a fresh session",
        measured: milliseconds(times.bigPage),
        baseline: milliseconds(times.freshPage),
      }),
    ];
  },
};
