import { expect, test } from "vitest";
import { startTestServer } from "../server/testing/test-server.js";
import { createMemoryStore } from "../storage/memory/memory-store.js";
import { runCli } from "./cli-fixture.js";

test("a server that takes writes is well", async () => {
  await using server = await startTestServer();
  expect(await runCli(["health", "--url", server.url])).toEqual({ code: 0, stdout: "ok\n", stderr: "" });
  expect((await runCli(["health"], { env: { SESSION_SERVICE_URL: server.url } })).code).toBe(0);
});

test("nobody who answers is 1, the one failure that health checks of containers know", async () => {
  const { code, stderr } = await runCli(["health", "--url", "http://127.0.0.1:9"]);
  expect(code).toBe(1);
  expect(stderr).toContain("No server answers at http://127.0.0.1:9");
});

test("a server that refuses writes is not well, and says why", async () => {
  const store = createMemoryStore();
  store.status = () => ({ path: "/sessions", writable: false, reason: "the disk is full" }) as never;
  await using server = await startTestServer({ store });
  const { code, stderr } = await runCli(["health", "--url", server.url]);
  expect({ code, stderr }).toEqual({ code: 1, stderr: "the disk is full\n" });
});

test("with --json the answer is the server's own", async () => {
  await using server = await startTestServer();
  const { stdout } = await runCli(["health", "--url", server.url, "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({ status: "ok", writable: true });
});
