import { mkdirSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, vi, test as base } from "vitest";
import { hookScript } from "../cli/connect/hook-script.js";
import { spoolFor } from "./spool.js";
import {
  type Call,
  type Ran,
  freeUrl,
  letRest,
  options,
  programs,
  silent,
  spooled,
  type HookFixture,
  hookFixture,
} from "./testing/hook-programs.js";

const test = base.extend<HookFixture>(hookFixture);

describe.for(Object.keys(programs) as (keyof typeof programs)[])("%s, where a person may answer", (name) => {
  const ask = async (call: Call): Promise<Ran> =>
    (await programs[name]({ input: "{}", args: ["--wait", "60"], ...call })) as Ran;
  const decision = '{"hookSpecificOutput":{"hookEventName":"PermissionRequest","decision":{"behavior":"allow"}}}';

  test("asks for so long, once what came before is there, and prints what is decided", async ({ server, folder }) => {
    server.answer = { status: 500, body: "" };
    await programs[name]({ url: server.url, folder, input: "before", toTheEnd: true });
    expect(spooled(folder, server.url)).toHaveLength(1);
    letRest(folder, server.url);
    server.requests.length = 0;
    server.answer = { status: 200, body: decision };
    const { stdout, ...rest } = await ask({ url: server.url, folder, env: { CLAUDE_PID: "4711" } });
    expect([stdout.trim(), rest.exitCode, rest.stderr]).toEqual([decision, 0, ""]);
    const hooks = server.requests.filter(({ url }) => url !== "/health");
    expect(hooks.map(({ body }) => body.trim())).toEqual(["before", "{}"]);
    expect(hooks[1]!.url).toMatch(/^\/hooks\/claude-code\?pid=4711&(host=[^&]+&approvals=60|approvals=60&host=[^&]+)$/);
    expect(hooks[1]!.headers["idempotency-key"]).toMatch(/^hook-\d+-\d+$/);
    expect(spooled(folder, server.url)).toEqual([]);
  });

  test("asks without a spool too", async ({ server, folder }) => {
    server.answer = { status: 200, body: decision };
    const { stdout } = await ask({ url: server.url, folder, env: { CLAUDE_SESSIONS_SPOOL: "off" } });
    expect(stdout.trim()).toBe(decision);
    expect(server.requests.at(-1)).toMatchObject({ url: "/hooks/claude-code?approvals=60", body: "{}" });
  });

  test("prints nothing where nobody answered", async ({ server, folder }) => {
    expect(await ask({ url: server.url, folder })).toMatchObject(silent);
    expect(server.requests.at(-1)!.url).toBe("/hooks/claude-code?approvals=60");
    expect(spooled(folder, server.url)).toEqual([]);
  });

  test.for(["stopped", "hangs", "answers 500"])(
    "waits for no server that %s, and keeps its input",
    async (trouble, { server, folder }) => {
      server.answer = trouble === "hangs" ? "nothing" : { status: 500, body: "" };
      const url = trouble === "stopped" ? await freeUrl() : server.url;
      expect(await ask({ url, folder })).toMatchObject(silent);
      expect(server.requests.some(({ url: path }) => path.includes("approvals"))).toBe(false);
      await eventually(() => expect(spooled(folder, url)).toHaveLength(1));
    },
  );
});

test("the script asks only once the hook before it has handed its input over", async ({ server, folder }) => {
  const script = join(folder, "hook.sh");
  writeFileSync(script, hookScript);
  const call = { url: server.url, folder, input: "{}" };
  const { folder: path } = spoolFor(join(folder, "spool"), server.url);
  mkdirSync(path, { recursive: true, mode: 0o700 });
  const earlier = `${server.url}/hooks/claude-code 2026-01-01T00:00:00Z\nbefore`;
  writeFileSync(join(path, ".1-1"), earlier);
  const child = execa("/bin/sh", [script, "--wait", "60", "claude-code", server.url], options(call));
  await eventually(() => expect(server.requests.map(({ url }) => url)).toEqual(["/health"]));
  renameSync(join(path, ".1-1"), join(path, "1-1.in"));
  await execa("/bin/sh", [script, "claude-code", server.url], options({ ...call, input: "another" }));
  await child;
  const bodies = server.requests.map(({ body }) => body.trim());
  expect(bodies.indexOf("before")).toBeLessThan(bodies.indexOf("{}"));
});

test("the script that is stopped while it waits lets go of the server, and leaves nothing behind", async ({
  server,
  folder,
}) => {
  server.answer = (path) => (path === "/health" ? { status: 200, body: "{}" } : "nothing");
  const script = join(folder, "hook.sh");
  writeFileSync(script, hookScript);
  const call = { url: server.url, folder, input: "{}" };
  const child = execa("/bin/sh", [script, "--wait", "60", "claude-code", server.url], options(call));
  await eventually(() => expect(server.requests.at(-1)?.url).toContain("approvals"));
  const gone = server.gone();
  child.kill("SIGTERM");
  await Promise.all([child, gone]);
  const { folder: path } = spoolFor(join(folder, "spool"), server.url);
  expect(readdirSync(path)).toEqual([]);
});

/** Processes take their time on a busy machine. */
function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, 10_000);
}
