import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../testing/temporary-folder.js";
import { sendKeptInputs } from "./flush.js";
import { deliveryName, keep, mostDeliveries, spoolFor, trim, waiting } from "./spool.js";
import { startRecordingServer } from "./testing/recording-server.js";

function kept(root: string, server: string, body: string): void {
  const delivery = {
    name: deliveryName(Date.now()),
    target: `${server}/hooks/codex`,
    time: "2026-01-01T00:00:00Z",
    body: Buffer.from(body),
  };
  keep(spoolFor(root, server), delivery);
}

test("sends what was kept for this server under each of its names, and nothing of another's", async () => {
  using folder = temporaryFolder();
  await using server = await startRecordingServer();
  const root = join(folder.path, "spool");
  kept(root, `http://localhost:${server.port}`, "1");
  kept(root, `http://127.0.0.1:${server.port}`, "2");
  kept(root, "http://localhost:1", "3");
  const env = { CLAUDE_SESSIONS_SPOOL: root };
  expect(await sendKeptInputs(server.port, { env, timeoutMs: 5_000, now: Date.now })).toBe(2);
  expect(server.requests.map(({ body }) => body)).toEqual(["1", "2"]);
  expect(server.requests[0]!.headers["x-event-time"]).toBe("2026-01-01T00:00:00Z");
  expect(waiting(spoolFor(root, "http://localhost:1"))).toHaveLength(1);
});

test("drops the oldest beyond its bounds, and writes down how many", () => {
  using folder = temporaryFolder();
  const spool = spoolFor(join(folder.path, "spool"), "http://localhost:1");
  for (const body of ["1", "2", "3"]) kept(spool.root, "http://localhost:1", body);
  const [, second, third] = waiting(spool);
  expect(trim(spool, Date.now())).toBe(0);
  expect(trim(spool, Date.now(), { deliveries: 2, bytes: mostDeliveries })).toBe(1);
  expect(waiting(spool)).toEqual([second, third]);
  expect(trim(spool, Date.now(), { deliveries: 2, bytes: 100 })).toBe(1);
  expect(waiting(spool)).toEqual([third]);
});
