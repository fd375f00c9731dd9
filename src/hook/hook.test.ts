import { mkdirSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, vi, test as base } from "vitest";
import { hookScript } from "../cli/connect/hook-script.js";
import { spoolFor } from "./spool.js";
import {
  type Call,
  type Ran,
  bodies,
  envOf,
  freeUrl,
  launcher,
  letRest,
  options,
  programs,
  silent,
  spooled,
  type HookFixture,
  hookFixture,
} from "./testing/hook-programs.js";
import { startRecordingServer, type RecordingServer } from "./testing/recording-server.js";

const test = base.extend<HookFixture>(hookFixture);

describe.for(Object.keys(programs) as (keyof typeof programs)[])("%s", (name) => {
  const hook = async (call: Call): Promise<Ran> => (await programs[name](call)) as Ran;

  test("hands its input over with an id and the time it came, silently", async ({ server, folder }) => {
    const env = { CLAUDE_SESSIONS_TOKEN: "secret" };
    expect(await hook({ url: server.url, folder, input: '{"a":"ü"}', env })).toMatchObject(silent);
    await eventually(() => expect(bodies(server)).toEqual(['{"a":"ü"}']));
    const [{ url, headers }] = server.requests as [Recorded];
    expect(url).toBe("/hooks/claude-code");
    expect(headers["idempotency-key"]).toMatch(/^hook-\d+-\d+$/);
    expect(Date.now() - Date.parse(String(headers["x-event-time"]))).toBeLessThan(60_000);
    expect(headers["authorization"]).toBe("Bearer secret");
    await eventually(() => expect(spooled(folder, server.url)).toEqual([]));
  });

  test("names the agent's process", async ({ server, folder }) => {
    await hook({ url: server.url, folder, input: "{}", env: { CLAUDE_PID: "4711" } });
    await eventually(() => expect(server.requests[0]?.url).toMatch(/^\/hooks\/claude-code\?pid=4711&host=[^&]+$/));
  });

  test("takes the input as an argument, as Codex gives it", async ({ server, folder }) => {
    await hook({ url: server.url, folder, agent: "codex", args: ['{"type":"agent-turn-complete"}'] });
    await eventually(() => expect(bodies(server)).toEqual(['{"type":"agent-turn-complete"}']));
    expect(server.requests[0]!.url).toBe("/hooks/codex");
  });

  test("keeps its input where no server is, and a later call sends all in order, each once", async ({ folder }) => {
    const url = await freeUrl();
    for (const input of ["1", "2", "3"]) {
      expect(await hook({ url, folder, input, toTheEnd: true })).toMatchObject(silent);
    }
    expect(spooled(folder, url)).toHaveLength(3);
    letRest(folder, url);
    await using server = await startRecordingServer(Number(new URL(url).port));
    await hook({ url, folder, input: "4" });
    await eventually(() => expect(bodies(server)).toEqual(["1", "2", "3", "4"]));
    await eventually(() => expect(spooled(folder, url)).toEqual([]));
  });

  test("keeps its input where the server answers with an error", async ({ server, folder }) => {
    server.answer = { status: 500, body: "" };
    expect(await hook({ url: server.url, folder, input: "{}" })).toMatchObject(silent);
    await eventually(() => expect(server.requests.length).toBeGreaterThan(0));
    await eventually(() => expect(spooled(folder, server.url)).toHaveLength(1));
  });

  test("gives up on a server that hangs, and keeps its input", async ({ server, folder }) => {
    server.answer = "nothing";
    expect(await hook({ url: server.url, folder, input: "{}" })).toMatchObject(silent);
    await eventually(() => expect(spooled(folder, server.url)).toHaveLength(1));
  });

  test("puts aside what the server refuses for good, and goes on", async ({ server, folder }) => {
    server.answer = { status: 400, body: "{}" };
    await hook({ url: server.url, folder, input: "not json" });
    const { folder: path } = spoolFor(join(folder, "spool"), server.url);
    await eventually(() =>
      expect(readdirSync(join(path, "rejected"))).toEqual([expect.stringMatching(/^\d+-\d+\.400$/)]),
    );
    expect(spooled(folder, server.url)).toEqual([]);
  });

  test("is not held up by another server that is away", async ({ server, folder }) => {
    await hook({ url: await freeUrl(), folder, input: "for the other" });
    await hook({ url: server.url, folder, input: "for this one" });
    await eventually(() => expect(bodies(server)).toEqual(["for this one"]));
  });

  test("lets nobody else into its folder, and writes through no link", async ({ server, folder }) => {
    const url = await freeUrl();
    await hook({ url, folder, input: "{}" });
    await eventually(() => expect(spooled(folder, url)).toHaveLength(1));
    const { folder: path } = spoolFor(join(folder, "spool"), url);
    expect(statSync(path).mode & 0o077).toBe(0);
    expect(statSync(join(path, spooled(folder, url)[0]!)).mode & 0o077).toBe(0);

    rmSync(join(folder, "spool"), { recursive: true });
    mkdirSync(join(folder, "elsewhere"));
    symlinkSync(join(folder, "elsewhere"), join(folder, "spool"));
    await hook({ url: server.url, folder, input: "straight" });
    await eventually(() => expect(bodies(server)).toEqual(["straight"]));
    expect(
      readdirSync(join(folder, "elsewhere")).flatMap((each) => readdirSync(join(folder, "elsewhere", each))),
    ).toEqual([]);
  });

  test("works without a spool", async ({ server, folder }) => {
    await hook({ url: server.url, folder, input: "{}", env: { CLAUDE_SESSIONS_SPOOL: "off" } });
    await eventually(() => expect(bodies(server)).toEqual(["{}"]));
    expect(
      await hook({ url: await freeUrl(), folder, input: "{}", env: { CLAUDE_SESSIONS_SPOOL: "off" } }),
    ).toMatchObject(silent);
  });

  test("hands over a megabyte", async ({ server, folder }) => {
    const input = JSON.stringify({ text: "x".repeat(2 ** 20) });
    await hook({ url: server.url, folder, input });
    await eventually(() => expect(bodies(server)).toEqual([input]));
  });
});

type Recorded = RecordingServer["requests"][number];

describe("the program", () => {
  const hook = programs["the program"];

  test("ends in its time where stdin never does", async ({ server, folder }) => {
    const child = execa("node", [launcher, "hook", "claude-code", "--url", server.url], {
      env: envOf({ url: server.url, folder }),
      extendEnv: false,
      reject: false,
    });
    child.stdin.write("{}");
    expect(await child).toMatchObject(silent);
    expect(bodies(server)).toEqual(["{}"]);
  });

  test("does nothing with a server's URL that is none", async ({ folder }) => {
    expect(await hook({ url: "no url", folder, input: "{}" })).toMatchObject(silent);
  });

  test("shows its help to a person", async ({ folder }) => {
    const { stdout } = await execa("node", [launcher, "hook", "--help"], {
      env: envOf({ url: "", folder }),
      extendEnv: false,
    });
    expect(stdout).toContain("hand one hook input of an agent to the server");
  });
});

describe("the script", () => {
  test("waits, where the agent is about to end, until its input has arrived", async ({ server, folder }) => {
    const script = join(folder, "hook.sh");
    writeFileSync(script, hookScript);
    await execa("/bin/sh", [script, "--last", "claude-code", server.url], {
      ...options({ url: server.url, folder, input: "{}" }),
    });
    expect(bodies(server)).toEqual(["{}"]);
  });
});

test("the script has put its input in its place when it ends, so that what comes next comes behind it", async ({
  folder,
}) => {
  const url = await freeUrl();
  const slow = join(folder, "slow");
  mkdirSync(slow);
  writeFileSync(join(slow, "mv"), '#!/bin/sh\nsleep 0.3\nPATH=${PATH#*:} exec mv "$@"\n', { mode: 0o755 });
  await programs["the script"]({ url, folder, input: "{}", env: { PATH: `${slow}:${process.env["PATH"]}` } });
  expect(spooled(folder, url)).toHaveLength(1);
});

/** Processes take their time on a busy machine. */
function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, 10_000);
}
