import { readFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { expect, test } from "vitest";
import { createClient } from "../src/client/http-client.js";
import { createLiveClient } from "../src/client/live-client.js";
import { temporaryFolder } from "../src/testing/temporary-folder.js";
import { startServerProcess } from "./support/server-process.js";

const sockets = 10_000;
const events = 3000;
const text = "x".repeat(1000);

/** A WebSocket that is opened and then never read from. */
function openAndNeverRead(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: "127.0.0.1" });
    socket.on("error", reject);
    socket.write(
      "GET /ws?session=s HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
        "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: bmV2ZXIgcmVhZHMgYW55IQ==\r\n\r\n",
    );
    socket.once("data", (head: Buffer) => {
      socket.pause();
      if (head.toString("latin1").startsWith("HTTP/1.1 101")) resolve(socket);
      else reject(new Error(`refused: ${head.toString("latin1")}`));
    });
  });
}

async function openAll(port: number): Promise<Socket[]> {
  const opened: Socket[] = [];
  while (opened.length < sockets) {
    opened.push(...(await Promise.all(Array.from({ length: 200 }, () => openAndNeverRead(port)))));
  }
  return opened;
}

function residentMebibytes(pid: number): number {
  return Number(/VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))![1]) / 1024;
}

test("10,000 sockets that never read cost bounded memory and hold up nobody", { timeout: 120_000 }, async () => {
  using storage = temporaryFolder();
  const server = await startServerProcess(storage.path, { args: ["--log-level", "warn"] });
  const client = createClient({ url: server.url });
  await client.createSession({ sessionId: "s" });
  const stuck = await openAll(Number(new URL(server.url).port));
  try {
    expect((await client.health()).websocket.totalConnections).toBe(sockets);
    const before = residentMebibytes(server.pid);
    const subscription = createLiveClient({ url: server.url }).subscribe({ session: "s", after: 1 });
    for (let n = 0; n < events; n += 100) {
      await client.appendMany(
        "s",
        Array.from({ length: 100 }, (_, i) => ({ type: "action" as const, data: { type: "note", n: n + i, text } })),
      );
    }
    const seqs: number[] = [];
    for await (const event of subscription) {
      if ("seq" in event) seqs.push(event.seq);
      if (seqs.length === events) break;
    }
    expect(seqs).toEqual(Array.from({ length: events }, (_, index) => index + 2));
    // 3 MB for each of 10,000 sockets would be 30 GB; what is held is bounded for all of them together.
    expect(residentMebibytes(server.pid) - before).toBeLessThan(400);
  } finally {
    for (const socket of stuck) socket.destroy();
    expect(await server.stop()).toBe(0);
  }
});
