import { Readable } from "node:stream";
import { expect, test as base, vi } from "vitest";
import { startTestServer, type TestServer } from "../server/testing/test-server.js";
import { runCli, startCli, type RunOptions } from "./cli-fixture.js";

const test = base.extend<{ server: TestServer }>({
  server: async ({ task: _task }, use) => {
    await using server = await startTestServer();
    for (const id of ["s1", "s2", "nightly-build"]) {
      await server.store.append(id, [{ type: "action", data: { type: "note" } }]);
    }
    await server.store.append("s2", [{ type: "session_finalized", data: { status: "completed" } }]);
    await use(server);
  },
});

async function left({ store }: TestServer): Promise<string[]> {
  const heads = await Promise.all(["s1", "s2", "nightly-build"].map(async (id) => [id, await store.head(id)] as const));
  return heads.filter(([, head]) => head > 0).map(([id]) => id);
}

/** A person at a terminal who types this. */
function person(...typed: string[]): RunOptions {
  return { isTTY: true, stdin: Object.assign(Readable.from(typed), { isTTY: true }), env: { NO_COLOR: "1" } };
}

test("deletes with --yes, each session once", async ({ server }) => {
  expect(await runCli(["delete", "s1", "s2", "s1", "--yes", "--url", server.url])).toEqual({
    code: 0,
    stdout: "Deleted s1 with 2 events.\nDeleted s2 with 3 events.\n",
    stderr: "",
  });
  expect(await left(server)).toEqual(["nightly-build"]);
});

test("for scripts it says what was deleted, a line for each", async ({ server }) => {
  const { stdout } = await runCli(["delete", "s1", "--yes", "--json", "--url", server.url]);
  expect(JSON.parse(stdout)).toEqual({ sessionId: "s1", eventCount: 2 });
});

test.for([
  [["s1"], "Delete s1 (2 events, still active)? [y/N] "],
  [["s2"], "Delete s2 (3 events)? [y/N] "],
  [["s1", "s2"], "Delete 2 sessions (5 events, 1 still active)? [y/N] "],
] as const)("asks a person at a terminal before %j", async ([ids, asked], { server }) => {
  expect(await runCli(["delete", ...ids, "--url", server.url], person("y\n"))).toMatchObject({
    code: 0,
    stderr: asked,
  });
  expect(await left(server)).toEqual(
    ["s1", "s2", "nightly-build"].filter((id) => !(ids as readonly string[]).includes(id)),
  );
});

test.for([[["n\n"]], [["\n"]], [["yesterday\n"]], [[]]])("takes %j for a no", async ([typed], { server }) => {
  const { code, stderr, stdout } = await runCli(["delete", "s1", "--url", server.url], person(...typed!));
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toMatch(/\? \[y\/N\] Nothing was deleted\.\n$/);
  expect(await left(server)).toContain("s1");
});

test("Ctrl-C at the question deletes nothing", async ({ server }) => {
  const stdin = Object.assign(new Readable({ read() {} }), { isTTY: true });
  const run = startCli(["delete", "s1", "--url", server.url], { ...person(), stdin });
  await vi.waitFor(() => expect(run.stderr).toContain("[y/N]"));
  run.signal("SIGINT");
  expect(await run.finished).toBe(130);
  expect(await left(server)).toContain("s1");
});

test("asks nobody where nobody is, and says how it goes without", async ({ server }) => {
  const { code, stderr } = await runCli(["delete", "s1", "--url", server.url], { input: "y\n" });
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining("give --yes") as string });
  expect(await left(server)).toContain("s1");
});

test("deletes none where one is not there, and fails as the other commands do", async ({ server }) => {
  const { code, stderr } = await runCli(["delete", "s1", "nosuch", "--yes", "--url", server.url]);
  expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining("'nosuch'") as string });
  expect(await left(server)).toContain("s1");
  expect((await runCli(["delete", "../x", "--yes", "--url", server.url])).code).toBe(2);
  expect((await runCli(["delete", "s1", "--yes", "--url", "http://127.0.0.1:1"])).code).toBe(3);
  expect((await runCli(["delete"])).code).toBe(2);
});
