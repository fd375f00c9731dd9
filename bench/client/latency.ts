import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from "node:fs";
import { makeAction } from "../payload.js";
import { encodeRequest, openHttpConnection, type HttpConnection } from "./http-connection.js";
import { subscribe, type SubscribeOptions } from "./subscribers.js";
import { summarise, type LoadResult } from "./load.js";

export interface DeliveryOptions {
  port: number;
  session: string;
  /** How many subscribers read along; the time of an event is that of its last delivery. */
  readers: number;
  count: number;
}

/** Appends one event after another and takes the time from each request to its arrival at every subscriber. */
export async function measureDelivery({ port, session, readers, count }: DeliveryOptions): Promise<LoadResult> {
  const options: SubscribeOptions = { port, path: `/ws?session=${session}&user=bench`, count: readers, protocol: "ws" };
  const subscribers = await subscribe(options);
  const connection = await openHttpConnection(port);
  const request = encodeRequest("POST", `/api/actions/${session}`, JSON.stringify(makeAction(1)));
  const started = performance.now();
  try {
    const times: number[] = [];
    for (let index = 1; index <= count; index++) {
      const sent = performance.now();
      const delivered = subscribers.until(index * readers).then(() => performance.now());
      await exchange(connection, request);
      times.push((await delivered) - sent);
    }
    return summarise(times, performance.now() - started);
  } finally {
    subscribers.close();
    connection.close();
  }
}

export interface FloorOptions {
  /** A server that answers an empty request at once. */
  port: number;
  /** A file to sync, on the medium that the store is on. */
  file: string;
  count: number;
}

/** What no durable delivery can be faster than: one fdatasync and one empty HTTP round trip, each by itself; ms. */
export async function measureFloor({
  port,
  file,
  count,
}: FloorOptions): Promise<{ syncMs: number; roundTripMs: number }> {
  return { syncMs: measureSync(file, count), roundTripMs: await measureRoundTrip(port, count) };
}

function measureSync(file: string, count: number): number {
  const line = Buffer.from(`${JSON.stringify(makeAction(1))}\n`);
  const descriptor = openSync(file, "a");
  try {
    const times = Array.from({ length: count }, () => {
      writeSync(descriptor, line);
      const started = performance.now();
      fdatasyncSync(descriptor);
      return performance.now() - started;
    });
    return summarise(times, 1).p50Ms;
  } finally {
    closeSync(descriptor);
    rmSync(file);
  }
}

async function measureRoundTrip(port: number, count: number): Promise<number> {
  const connection = await openHttpConnection(port);
  const request = encodeRequest("GET", "/empty");
  const times: number[] = [];
  for (let index = 0; index < count; index++) {
    const started = performance.now();
    await exchange(connection, request);
    times.push(performance.now() - started);
  }
  connection.close();
  return summarise(times, 1).p50Ms;
}

function exchange(connection: HttpConnection, request: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    connection.send(request, ({ status }) => {
      if (status >= 200 && status < 300) resolve();
      else reject(new Error(`The server answered ${status}.`));
    });
  });
}
