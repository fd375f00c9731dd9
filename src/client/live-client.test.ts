import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { expect, test as base, vi } from "vitest";
import { WebSocketServer, type WebSocket as ServerSocket } from "ws";
import { createLiveClient, type LiveClientOptions } from "./live-client.js";
import type { LiveStatus, SubscribeOptions, Subscription } from "./live-types.js";
import type { LiveEvent } from "./types.js";

/** A server that does what a test tells it to, connection by connection. */
class FakeServer {
  readonly requests: URLSearchParams[] = [];
  readonly sockets: ServerSocket[] = [];
  readonly received: string[] = [];
  onConnect: (socket: ServerSocket, connection: number) => void = () => {};
  private readonly server: WebSocketServer;

  private constructor(server: WebSocketServer) {
    this.server = server;
    server.on("connection", (socket, request) => {
      this.requests.push(new URL(request.url!, "http://localhost").searchParams);
      this.sockets.push(socket);
      socket.on("message", (data: Buffer) => this.received.push(data.toString()));
      this.onConnect(socket, this.sockets.length);
    });
  }

  static async start(): Promise<FakeServer> {
    const server = new WebSocketServer({ port: 0, host: "127.0.0.1" });
    await once(server, "listening");
    return new FakeServer(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.server.clients) socket.terminate();
    this.server.close();
    await once(this.server, "close");
  }
}

interface Fixtures {
  server: FakeServer;
  follow: (request: SubscribeOptions, options?: Partial<LiveClientOptions>) => Followed;
}

interface Followed {
  subscription: Subscription;
  statuses: LiveStatus[];
}

const test = base.extend<Fixtures>({
  server: async ({ task: _task }, use) => {
    const server = await FakeServer.start();
    await use(server);
    await server.close();
  },
  follow: async ({ server }, use) => {
    const open: Subscription[] = [];
    await use((request, options) => {
      const statuses: LiveStatus[] = [];
      const client = createLiveClient({ url: server.url, baseMs: 0, ...options });
      const subscription = client.subscribe({ ...request, onStatus: (status) => statuses.push(status) });
      open.push(subscription);
      return { subscription, statuses };
    });
    for (const subscription of open) subscription.close();
  },
});

function greet(socket: ServerSocket, more: object = {}): void {
  socket.send(
    JSON.stringify({ type: "connected", sessionId: "s", userId: null, timestamp: "2026-01-01T00:00:00.000Z", ...more }),
  );
}

function send(socket: ServerSocket, ...seqs: number[]): void {
  for (const seq of seqs) {
    socket.send(
      JSON.stringify({
        type: "action",
        sessionId: "s",
        seq,
        cursor: `c${seq}`,
        timestamp: "",
        data: { type: "t", seq },
      }),
    );
  }
}

async function take(subscription: Subscription, count: number): Promise<number[]> {
  const iterator = subscription[Symbol.asyncIterator]();
  const seqs: number[] = [];
  while (seqs.length < count) {
    const { value, done } = await iterator.next();
    if (done) break;
    seqs.push("seq" in value ? value.seq : 0);
  }
  return seqs;
}

test("resumes behind the last event after a lost connection, and drops what comes twice", async ({
  server,
  follow,
}) => {
  server.onConnect = (socket, connection) => {
    greet(socket, { head: 3 });
    if (connection === 1) {
      send(socket, 1, 2, 3);
      socket.close();
    } else send(socket, 2, 3, 4, 5);
  };
  const { subscription } = follow({ session: "s", after: 0 });
  expect(await take(subscription, 5)).toEqual([1, 2, 3, 4, 5]);
  expect(server.requests.map((query) => query.get("after"))).toEqual(["0", "3"]);
});

test("asks again behind the last event when events are missing in between", async ({ server, follow }) => {
  server.onConnect = (socket, connection) => {
    greet(socket, { head: 9 });
    if (connection === 1) send(socket, 1, 2, 5, 6);
    else send(socket, 3, 4, 5, 6);
  };
  const { subscription } = follow({ session: "s", after: 0 });
  expect(await take(subscription, 6)).toEqual([1, 2, 3, 4, 5, 6]);
  expect(server.requests.map((query) => query.get("after"))).toEqual(["0", "2"]);
});

test("resumes many sessions at the cursor", async ({ server, follow }) => {
  server.onConnect = (socket, connection) => {
    greet(socket, { cursor: "c0" });
    if (connection === 1) return socket.close();
    send(socket, connection - 1);
    if (connection === 2) socket.close();
  };
  const { subscription } = follow({ user: "ada" });
  expect(await take(subscription, 2)).toEqual([1, 2]);
  expect(server.requests.map(String)).toEqual(["user=ada", "user=ada&cursor=c0", "user=ada&cursor=c1"]);
});

test("shows when it connects, is live, waits for the next try, and is closed", async ({ server, follow }) => {
  server.onConnect = (socket, connection) => {
    if (connection === 1) socket.terminate();
    else greet(socket, { head: 0 });
  };
  const { subscription, statuses } = follow({ session: "s" }, { now: () => 1_000, baseMs: 80, random: () => 0.5 });
  await vi.waitFor(() => expect(subscription.status.state).toBe("live"));
  subscription.close();
  expect(statuses).toEqual([
    { state: "connecting", attempt: 1 },
    { state: "waiting", attempt: 1, retryAt: 1_040, reason: expect.any(String) },
    { state: "connecting", attempt: 2 },
    { state: "live" },
    { state: "closed" },
  ]);
});

test("gives the connection up while the consumer is slow, and goes on from there once it has caught up", async ({
  server,
  follow,
}) => {
  server.onConnect = (socket) => {
    greet(socket, { head: 100 });
    const after = Number(server.requests.at(-1)!.get("after"));
    send(socket, ...Array.from({ length: 100 - after }, (_, index) => after + 1 + index));
  };
  const { subscription, statuses } = follow({ session: "s", after: 0 }, { bufferEvents: 40 });
  await vi.waitFor(() => expect(subscription.status.state).toBe("paused"));
  expect(server.requests).toHaveLength(1);
  const seqs = await take(subscription, 100);
  expect(seqs).toEqual(Array.from({ length: 100 }, (_, index) => index + 1));
  expect(Number(server.requests[1]!.get("after"))).toBeGreaterThanOrEqual(40);
  expect(statuses.filter(({ state }) => state === "waiting")).toEqual([]);
});

test("takes a peer that stays silent after a ping for dead, and connects anew", async ({ server, follow }) => {
  server.onConnect = (socket, connection) => {
    greet(socket, { head: 0 });
    if (connection === 2) send(socket, 1);
  };
  const { subscription, statuses } = follow({ session: "s", after: 0 }, { heartbeatMs: 20 });
  expect(await take(subscription, 1)).toEqual([1]);
  expect(server.received[0]).toBe('{"type":"ping"}');
  expect(statuses).toContainEqual(expect.objectContaining({ state: "waiting", reason: "no answer" }));
});

test("an answered ping keeps the connection", async ({ server, follow }) => {
  server.onConnect = (socket) => {
    greet(socket, { head: 0 });
    socket.on("message", () => {
      if (server.received.length < 5) socket.send('{"type":"pong"}');
      else send(socket, 1);
    });
  };
  const { subscription } = follow({ session: "s", after: 0 }, { heartbeatMs: 20 });
  expect(await take(subscription, 1)).toEqual([1]);
  expect(server.sockets).toHaveLength(1);
});

test("throws what the server refuses for good, behind the events that came before", async ({ server, follow }) => {
  server.onConnect = (socket) => {
    greet(socket);
    send(socket, 1);
    socket.send(JSON.stringify({ type: "error", code: "invalid_cursor", error: "This cursor is of another log." }));
  };
  const { subscription } = follow({ cursor: "old" });
  const iterator = subscription[Symbol.asyncIterator]();
  expect((await iterator.next()).value).toMatchObject({ seq: 1 });
  await expect(iterator.next()).rejects.toMatchObject({
    code: "invalid_cursor",
    message: "This cursor is of another log.",
  });
  expect(subscription.status).toEqual({ state: "closed" });
});

test("tries again when the server is shutting down", async ({ server, follow }) => {
  server.onConnect = (socket, connection) => {
    if (connection === 1) socket.send(JSON.stringify({ type: "error", code: "shutting_down", error: "Back soon." }));
    else {
      greet(socket, { head: 1 });
      send(socket, 1);
    }
  };
  const { subscription, statuses } = follow({ session: "s", after: 0 });
  expect(await take(subscription, 1)).toEqual([1]);
  expect(statuses).toContainEqual(expect.objectContaining({ state: "waiting", reason: "Back soon." }));
});

test("ends quietly when its signal aborts, and when iteration stops", async ({ server, follow }) => {
  server.onConnect = (socket) => {
    greet(socket, { head: 1 });
    send(socket, 1);
  };
  const controller = new AbortController();
  const aborted = follow({ session: "s", after: 0, signal: controller.signal });
  const seen: LiveEvent[] = [];
  for await (const event of aborted.subscription) {
    seen.push(event);
    controller.abort();
  }
  expect(seen).toHaveLength(1);

  const stopped = follow({ session: "s", after: 0 });
  for await (const _event of stopped.subscription) break;
  expect(stopped.subscription.status).toEqual({ state: "closed" });
  await vi.waitFor(() => expect(server.sockets.every((socket) => socket.readyState === socket.CLOSED)).toBe(true));
});

test("says that a session was replaced by a shorter one while it was away", async ({ server, follow }) => {
  server.onConnect = (socket, connection) => {
    if (connection === 1) {
      greet(socket, { head: 3 });
      send(socket, 1, 2, 3);
      return socket.close();
    }
    greet(socket, { head: 1 });
    if (connection === 3) send(socket, 1);
  };
  const { subscription } = follow({ session: "s", after: 0 });
  expect(await take(subscription, 5)).toEqual([1, 2, 3, 0, 1]);
  expect(server.requests.map((query) => query.get("after"))).toEqual(["0", "3", "0"]);
});
