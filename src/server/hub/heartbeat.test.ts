import { expect, test } from "vitest";
import type { SetTimer } from "./pacer.js";
import { openSocket, openStream } from "../testing/live.js";
import { startTestServer } from "../testing/test-server.js";

/** Timers that run when the test says so. */
function manualTimers() {
  const due = new Set<() => void>();
  const setTimer: SetTimer = (run) => {
    due.add(run);
    return () => due.delete(run);
  };
  const fire = () => {
    const now = [...due];
    due.clear();
    for (const run of now) run();
  };
  return { setTimer, fire };
}

test("cuts off a socket that does not answer a ping, and keeps one that does", async () => {
  const { setTimer, fire } = manualTimers();
  await using server = await startTestServer({ live: { setTimer } });
  using answering = await openSocket(server.port, "?session=s1");
  using deaf = await openSocket(server.port, "?session=s1");
  await Promise.all([answering.next(), deaf.next()]);
  const pinged = new Promise((resolve) => answering.socket.once("ping", resolve));
  deaf.socket.pause();
  fire();
  await pinged;
  // The pong is behind the ping's arrival; a message of the same socket is behind the pong.
  answering.send({ type: "ping" });
  await answering.next();
  fire();
  const health = async () => (await server.call("GET", "/health")).body.websocket.totalConnections;
  await expect.poll(health).toBe(1);
  answering.send({ type: "ping" });
  expect(await answering.next()).toMatchObject({ type: "pong" });
});

test("keeps an event stream open with comments", async () => {
  const { setTimer, fire } = manualTimers();
  await using server = await startTestServer({ live: { setTimer } });
  using stream = await openStream(server.port, "/api/events");
  const comment = new Promise<string>((resolve) =>
    stream.response.on("data", (part: Buffer) => part.includes(": ") && resolve(String(part))),
  );
  await expect.poll(() => (fire(), Promise.race([comment, Promise.resolve("")]))).toContain(": still here\n\n");
  fire();
  await server.call("POST", "/api/actions/s1", { type: "a" });
  expect((await stream.next()).event).toBe("session_created");
});
