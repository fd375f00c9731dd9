import type { Bench, Group } from "../bench.js";
import type { SseRawCommands } from "../baselines/sse-raw.js";
import type { WsLoopCommands } from "../baselines/ws-loop.js";
import type { ClientCommands } from "../client.js";
import { atLeast, interleave, type Figure } from "../figures.js";
import { startProgram, type Program } from "../program.js";
import { startServer, type Server } from "../server.js";

const batchEvents = 100;
const session = "fan-out";

interface Scene {
  protocol: "ws" | "sse";
  sockets: number;
  /** Messages that each socket gets, from the server and from the baseline. */
  ours: number;
  baseline: number;
}

/** Deliveries a second to many sockets of one session, while it is written to as fast as it goes. */
export const fanOut: Group = {
  name: "fan-out",
  async run(bench) {
    const figures: Figure[] = [];
    for (const scene of [
      { protocol: "ws", sockets: 100, ours: 8000, baseline: 1000 },
      { protocol: "ws", sockets: 1000, ours: 1000, baseline: 100 },
      { protocol: "sse", sockets: 100, ours: 2000, baseline: 1000 },
    ] satisfies Scene[]) {
      bench.say(`fan-out to ${scene.sockets} ${scene.protocol} subscribers`);
      figures.push(await measure(bench, scene));
    }
    return figures;
  },
};

async function measure(bench: Bench, scene: Scene): Promise<Figure> {
  const { protocol, sockets } = scene;
  await using baseline =
    protocol === "ws"
      ? startProgram<WsLoopCommands>("baselines/ws-loop")
      : startProgram<SseRawCommands>("baselines/sse-raw");
  await using readers = bench.client();
  await using writer = bench.client();
  await using server = await startServer(bench.folder());
  const port = await baseline.call("listen", null);
  let head = await append(writer, server, batchEvents, 1);
  const rates = await interleave(3, {
    ours: async () => {
      const burst = { ...scene, port: server.port, events: scene.ours, after: head };
      return oneBurst(readers, burst, async () => void (head = await append(writer, server, scene.ours, head)));
    },
    baseline: () => {
      const burst = { ...scene, port, events: scene.baseline, after: 0 };
      return oneBurst(readers, burst, () => baseline.call("burst", scene.baseline));
    },
  });
  return atLeast(protocol === "ws" ? 5 : 0.8, {
    name: `fan-out, ${sockets.toLocaleString("en")} ${protocol === "ws" ? "WebSockets" : "SSE readers"}`,
    than: protocol === "ws" ? "a loop of ws.send(string)" : "raw writes",
    measured: { value: rates.ours, unit: "deliveries/s" },
    baseline: { value: rates.baseline, unit: "deliveries/s" },
  });
}

interface Burst extends Scene {
  port: number;
  events: number;
  after: number;
}

async function oneBurst(readers: Program<ClientCommands>, burst: Burst, send: () => Promise<void>): Promise<number> {
  const { port, protocol, sockets, events, after } = burst;
  const path =
    protocol === "ws" ? `/ws?session=${session}&after=${after}` : `/api/sessions/${session}/events?after=${after}`;
  await readers.call("subscribe", { port, path, count: sockets, protocol });
  const started = performance.now();
  const sent = send();
  await readers.call("untilReceived", sockets * events);
  const elapsed = performance.now() - started;
  await sent;
  await readers.call("unsubscribe", null);
  return (sockets * events * 1000) / elapsed;
}

/** Appends that many events and resolves to the session's head; a new session begins with an event of its own. */
async function append(
  writer: Program<ClientCommands>,
  { port }: Server,
  events: number,
  head: number,
): Promise<number> {
  const requests = { kind: "batches" as const, sessions: [session], bytes: 1024, events: batchEvents };
  await writer.call("load", { port, inFlight: 8, seconds: 60, count: events / batchEvents, requests });
  return head + events;
}
