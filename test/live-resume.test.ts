import { createParser } from "eventsource-parser";
import { get } from "node:http";
import { describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { AppError } from "../src/core/errors.js";
import { createClient } from "../src/client/http-client.js";
import { temporaryFolder } from "../src/testing/temporary-folder.js";
import { createRandom } from "./support/random.js";
import { startServerProcess, type ServerProcess } from "./support/server-process.js";

const total = 5000;
const cuts = 10;

/** Reads events behind `after` until `enough` says so or the connection ends; hands each seq to `seen`. */
type Connect = (url: string, after: number, seen: (seq: number) => boolean) => Promise<void>;

async function overWebSocket(url: string, after: number, seen: (seq: number) => boolean): Promise<void> {
  const socket = new WebSocket(`${url.replace("http", "ws")}/ws?session=s&after=${after}`);
  socket.on("message", (message) => {
    const { type, seq } = JSON.parse((message as Buffer).toString("utf8")) as { type: string; seq?: number };
    if (type !== "connected" && seen(seq!)) socket.terminate();
  });
  socket.on("error", () => {});
  await new Promise((resolve) => socket.once("close", resolve));
}

function overEventStream(url: string, after: number, seen: (seq: number) => boolean): Promise<void> {
  return new Promise((resolve) => {
    const headers = { accept: "text/event-stream", "last-event-id": String(after) };
    const request = get(`${url}/api/sessions/s/events`, { headers }, (response) => {
      const parser = createParser({
        onEvent({ id, data }) {
          expect((JSON.parse(data) as { seq: number }).seq).toBe(Number(id));
          if (seen(Number(id))) request.destroy();
        },
      });
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => parser.feed(chunk));
      response.on("error", () => {});
      response.on("close", resolve);
    });
    request.on("error", () => resolve());
    request.on("close", resolve);
  });
}

/** Writes numbered actions in small batches, again and again where the server is away. */
async function writeAll(url: () => string): Promise<void> {
  for (let n = 0; n < total; n += 20) {
    const events = Array.from({ length: 20 }, (_, i) => ({
      type: "action" as const,
      eventId: `e-${n + i}`,
      data: { type: "note", n: n + i },
    }));
    for (;;) {
      const error = await createClient({ url: url() })
        .appendMany("s", events)
        .then(
          () => undefined,
          (reason: unknown) => reason,
        );
      if (error === undefined) break;
      if (!(error instanceof AppError && error.retryable)) throw error;
    }
  }
}

async function follow(
  connect: Connect,
  url: () => string,
  seed: number,
  cut: (number: number) => void,
): Promise<number[]> {
  const random = createRandom(seed);
  const seqs: number[] = [];
  const ends = Array.from({ length: cuts }, () => 1 + Math.floor(random() * (total - 1))).sort((a, b) => a - b);
  while (seqs.length < total + 1) {
    await connect(url(), seqs.at(-1) ?? 0, (seq) => {
      seqs.push(seq);
      if (seqs.length < (ends[0] ?? total + 1)) return seqs.length > total;
      cut(cuts - ends.length);
      ends.shift();
      return true;
    });
  }
  return seqs;
}

describe.each([
  ["WebSocket", overWebSocket],
  ["SSE", overEventStream],
])("a subscriber over %s", (_name, connect) => {
  test("that is cut off ten times during 5,000 events, once by a restart of the server, misses and repeats nothing", async () => {
    using storage = temporaryFolder();
    let server: ServerProcess = await startServerProcess(storage.path);
    const { port } = new URL(server.url);
    let restarted: Promise<void> | undefined;
    const restart = async () => {
      await server.stop();
      server = await startServerProcess(storage.path, { port: Number(port) });
    };
    const seed = Date.now();
    const followed = follow(
      connect,
      () => server.url,
      seed,
      (number) => {
        if (number === cuts / 2) restarted = restart();
      },
    );
    await writeAll(() => server.url);
    const seqs = await followed;
    await restarted;
    await server.stop();
    expect(seqs, `seed ${seed}`).toEqual(Array.from({ length: total + 1 }, (_, index) => index + 1));
    expect(restarted).toBeDefined();
  });
});
