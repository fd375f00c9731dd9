import { expect, test as base, vi } from "vitest";
import { startServer } from "../server/start-server.js";
import type { SessionStore } from "../storage/session-store.js";
import { createMemoryStore } from "../storage/memory/memory-store.js";
import { createLiveClient } from "./live-client.js";
import type { Subscription } from "./live-types.js";
import type { LiveEvent } from "./types.js";

/** A server that can be stopped and started again on its port, over a store that outlives it. */
class Restartable {
  readonly store: SessionStore = createMemoryStore();
  private port = 0;
  private server: Awaited<ReturnType<typeof startServer>> | undefined;

  async start(): Promise<void> {
    this.server = await startServer({ store: this.store, host: "127.0.0.1", port: this.port, version: "0.0.0" });
    this.port = this.server.port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  async stop(): Promise<void> {
    await this.server?.close();
    this.server = undefined;
  }
}

const test = base.extend<{ server: Restartable }>({
  server: async ({ task: _task }, use) => {
    const server = new Restartable();
    await server.start();
    await use(server);
    await server.stop();
    await server.store.close();
  },
});

/** Until the subscription has stopped taking more, or has everything. */
async function paused(subscription: Subscription): Promise<void> {
  await vi.waitFor(() => {
    if (subscription.status.state === "connecting") throw new Error("still connecting");
  });
}

const seqOf = (event: LiveEvent) => ("seq" in event ? event.seq : 0);

async function append(store: SessionStore, sessionId: string, count: number): Promise<void> {
  for (let index = 0; index < count; index++)
    await store.append(sessionId, [{ type: "action", data: { type: "t", index } }]);
}

test("follows a session across a restart of the server on the same port, without gap or repeat", async ({ server }) => {
  const subscription = createLiveClient({ url: server.url, baseMs: 20 }).subscribe({ session: "s", after: 0 });
  const seqs: number[] = [];
  const reading = (async () => {
    for await (const event of subscription) seqs.push(seqOf(event));
  })();
  await append(server.store, "s", 50);
  await vi.waitFor(() => expect(seqs).toHaveLength(51));
  await server.stop();
  await append(server.store, "s", 50);
  await server.start();
  await append(server.store, "s", 50);
  await vi.waitFor(() => expect(seqs).toHaveLength(151));
  subscription.close();
  await reading;
  expect(seqs).toEqual(Array.from({ length: 151 }, (_, index) => index + 1));
});

test("follows all sessions, also what happens while it is away, and before its first event", async ({ server }) => {
  const subscription = createLiveClient({ url: server.url, baseMs: 20 }).subscribe({});
  const events: LiveEvent[] = [];
  const reading = (async () => {
    for await (const event of subscription) events.push(event);
  })();
  await vi.waitFor(() => expect(subscription.status.state).toBe("live"));
  await server.stop();
  await append(server.store, "a", 2);
  await server.start();
  await append(server.store, "b", 1);
  await server.store.delete("a");
  await vi.waitFor(() => expect(events).toHaveLength(6));
  subscription.close();
  await reading;
  expect(events.map((event) => [event.sessionId, event.type, seqOf(event)])).toEqual([
    ["a", "session_created", 1],
    ["a", "action", 2],
    ["a", "action", 3],
    ["b", "session_created", 1],
    ["b", "action", 2],
    ["a", "session_deleted", 0],
  ]);
});

test("hears that a cursor is of another log", async ({ server }) => {
  const subscription = createLiveClient({ url: server.url }).subscribe({ cursor: "elsewhere.1" });
  await expect(subscription[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: "invalid_cursor" });
});

test("a consumer that reads slowly gets everything in the end, in bounded memory", async ({ server }) => {
  await append(server.store, "s", 300);
  const client = createLiveClient({ url: server.url, bufferEvents: 20, baseMs: 1 });
  const subscription = client.subscribe({ session: "s", after: 0 });
  const seqs: number[] = [];
  for await (const event of subscription) {
    seqs.push(seqOf(event));
    if (seqs.length % 20 === 1) await paused(subscription);
    if (seqs.length === 301) break;
  }
  expect(seqs).toEqual(Array.from({ length: 301 }, (_, index) => index + 1));
});
