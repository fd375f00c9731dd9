import { mkdirSync, readdirSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { describe, expect, test as base, vi } from "vitest";
import { hookScript } from "../cli/connect/hook-script.js";
import { temporaryFolder } from "../testing/temporary-folder.js";
import { spoolFor } from "./spool.js";
import { startRecordingServer, type RecordingServer } from "./testing/recording-server.js";

const launcher = fileURLToPath(new URL("../../bin/claude-sessions.js", import.meta.url));

interface Ran {
  exitCode: number | undefined;
  stdout: string;
  stderr: string;
}

interface Fixture {
  folder: string;
  server: RecordingServer;
}

const test = base.extend<Fixture>({
  folder: async ({ task: _task }, use) => {
    using folder = temporaryFolder();
    await use(folder.path);
  },
  server: async ({ task: _task }, use) => {
    await using server = await startRecordingServer();
    await use(server);
  },
});

interface Call {
  url: string;
  folder: string;
  input?: string;
  args?: string[];
  env?: Record<string, string>;
  agent?: string;
}

function envOf({ folder, env }: Call): Record<string, string> {
  return { PATH: process.env["PATH"]!, HOME: folder, CLAUDE_SESSIONS_SPOOL: join(folder, "spool"), ...env };
}

/** `claude-sessions hook`, and the script that does the same where there is a shell. */
const programs = {
  "the program": ({ args = [], agent = "claude-code", ...call }: Call) =>
    execa("node", [launcher, "hook", agent, "--url", call.url, ...args], options(call)),
  "the script": ({ args = [], agent = "claude-code", ...call }: Call) => {
    const script = join(call.folder, "hook.sh");
    writeFileSync(script, hookScript);
    const [how, words] = args[0] === "--wait" ? [args, []] : [[], args];
    return execa("/bin/sh", [script, ...how, agent, call.url, ...words], options(call));
  },
};

function options(call: Call) {
  return {
    env: envOf(call),
    extendEnv: false,
    reject: false,
    ...(call.input === undefined ? { stdin: "ignore" as const } : { input: call.input }),
  };
}

function spooled(folder: string, url: string): string[] {
  const { folder: path } = spoolFor(join(folder, "spool"), url);
  try {
    return readdirSync(path).filter((name) => name.endsWith(".in"));
  } catch {
    return [];
  }
}

function bodies({ requests }: RecordingServer): string[] {
  return requests.map(({ body }) => body.trim());
}

const silent = { exitCode: 0, stdout: "", stderr: "" };

/** The address of a server that was stopped. */
async function freeUrl(): Promise<string> {
  await using server = await startRecordingServer();
  return server.url;
}

describe.for(Object.keys(programs) as (keyof typeof programs)[])("%s", (name) => {
  const hook = async (call: Call): Promise<Ran> => (await programs[name](call)) as Ran;

  test("hands its input over with an id and the time it came, silently", async ({ server, folder }) => {
    const env = { CLAUDE_SESSIONS_TOKEN: "secret" };
    expect(await hook({ url: server.url, folder, input: '{"a":"ü"}', env })).toMatchObject(silent);
    await vi.waitFor(() => expect(bodies(server)).toEqual(['{"a":"ü"}']));
    const [{ url, headers }] = server.requests as [Recorded];
    expect(url).toBe("/hooks/claude-code");
    expect(headers["idempotency-key"]).toMatch(/^hook-\d+-\d+$/);
    expect(Date.now() - Date.parse(String(headers["x-event-time"]))).toBeLessThan(60_000);
    expect(headers["authorization"]).toBe("Bearer secret");
    await vi.waitFor(() => expect(spooled(folder, server.url)).toEqual([]));
  });

  test("names the agent's process", async ({ server, folder }) => {
    await hook({ url: server.url, folder, input: "{}", env: { CLAUDE_PID: "4711" } });
    await vi.waitFor(() => expect(server.requests[0]?.url).toMatch(/^\/hooks\/claude-code\?pid=4711&host=[^&]+$/));
  });

  test("takes the input as an argument, as Codex gives it", async ({ server, folder }) => {
    await hook({ url: server.url, folder, agent: "codex", args: ['{"type":"agent-turn-complete"}'] });
    await vi.waitFor(() => expect(bodies(server)).toEqual(['{"type":"agent-turn-complete"}']));
    expect(server.requests[0]!.url).toBe("/hooks/codex");
  });

  test("keeps its input where no server is, and a later call sends all in order, each once", async ({ folder }) => {
    const url = await freeUrl();
    for (const input of ["1", "2", "3"]) expect(await hook({ url, folder, input })).toMatchObject(silent);
    await vi.waitFor(() => expect(spooled(folder, url)).toHaveLength(3));
    letRest(folder, url);
    await using server = await startRecordingServer(Number(new URL(url).port));
    await hook({ url, folder, input: "4" });
    await vi.waitFor(() => expect(bodies(server)).toEqual(["1", "2", "3", "4"]));
    await vi.waitFor(() => expect(spooled(folder, url)).toEqual([]));
  });

  test("keeps its input where the server answers with an error", async ({ server, folder }) => {
    server.answer = { status: 500, body: "" };
    expect(await hook({ url: server.url, folder, input: "{}" })).toMatchObject(silent);
    await vi.waitFor(() => expect(server.requests.length).toBeGreaterThan(0));
    await vi.waitFor(() => expect(spooled(folder, server.url)).toHaveLength(1));
  });

  test("gives up on a server that hangs, and keeps its input", async ({ server, folder }) => {
    server.answer = "nothing";
    expect(await hook({ url: server.url, folder, input: "{}" })).toMatchObject(silent);
    await vi.waitFor(() => expect(spooled(folder, server.url)).toHaveLength(1));
  });

  test("puts aside what the server refuses for good, and goes on", async ({ server, folder }) => {
    server.answer = { status: 400, body: "{}" };
    await hook({ url: server.url, folder, input: "not json" });
    const { folder: path } = spoolFor(join(folder, "spool"), server.url);
    await vi.waitFor(() =>
      expect(readdirSync(join(path, "rejected"))).toEqual([expect.stringMatching(/^\d+-\d+\.400$/)]),
    );
    expect(spooled(folder, server.url)).toEqual([]);
  });

  test("is not held up by another server that is away", async ({ server, folder }) => {
    await hook({ url: await freeUrl(), folder, input: "for the other" });
    await hook({ url: server.url, folder, input: "for this one" });
    await vi.waitFor(() => expect(bodies(server)).toEqual(["for this one"]));
  });

  test("lets nobody else into its folder, and writes through no link", async ({ server, folder }) => {
    const url = await freeUrl();
    await hook({ url, folder, input: "{}" });
    await vi.waitFor(() => expect(spooled(folder, url)).toHaveLength(1));
    const { folder: path } = spoolFor(join(folder, "spool"), url);
    expect(statSync(path).mode & 0o077).toBe(0);
    expect(statSync(join(path, spooled(folder, url)[0]!)).mode & 0o077).toBe(0);

    rmSync(join(folder, "spool"), { recursive: true });
    mkdirSync(join(folder, "elsewhere"));
    symlinkSync(join(folder, "elsewhere"), join(folder, "spool"));
    await hook({ url: server.url, folder, input: "straight" });
    await vi.waitFor(() => expect(bodies(server)).toEqual(["straight"]));
    expect(
      readdirSync(join(folder, "elsewhere")).flatMap((each) => readdirSync(join(folder, "elsewhere", each))),
    ).toEqual([]);
  });

  test("works without a spool", async ({ server, folder }) => {
    await hook({ url: server.url, folder, input: "{}", env: { CLAUDE_SESSIONS_SPOOL: "off" } });
    await vi.waitFor(() => expect(bodies(server)).toEqual(["{}"]));
    expect(
      await hook({ url: await freeUrl(), folder, input: "{}", env: { CLAUDE_SESSIONS_SPOOL: "off" } }),
    ).toMatchObject(silent);
  });

  test("hands over a megabyte", async ({ server, folder }) => {
    const input = JSON.stringify({ text: "x".repeat(2 ** 20) });
    await hook({ url: server.url, folder, input });
    await vi.waitFor(() => expect(bodies(server)).toEqual([input]), 5_000);
  });
});

describe.for(Object.keys(programs) as (keyof typeof programs)[])("%s, where a person may answer", (name) => {
  const ask = async (call: Call): Promise<Ran> =>
    (await programs[name]({ input: "{}", args: ["--wait", "60"], ...call })) as Ran;
  const decision = '{"hookSpecificOutput":{"hookEventName":"PermissionRequest","decision":{"behavior":"allow"}}}';

  test("asks for so long, once what came before is there, and prints what is decided", async ({ server, folder }) => {
    server.answer = { status: 500, body: "" };
    await programs[name]({ url: server.url, folder, input: "before" });
    await vi.waitFor(() => expect(spooled(folder, server.url)).toHaveLength(1));
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
      await vi.waitFor(() => expect(spooled(folder, url)).toHaveLength(1));
    },
  );
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
  await vi.waitFor(() => expect(server.requests.at(-1)?.url).toContain("approvals"), 5_000);
  const gone = server.gone();
  child.kill("SIGTERM");
  await Promise.all([child, gone]);
  const { folder: path } = spoolFor(join(folder, "spool"), server.url);
  expect(readdirSync(path)).toEqual([]);
});

type Recorded = RecordingServer["requests"][number];

/** As if the server had been found away long ago. */
function letRest(folder: string, url: string): void {
  const { folder: path } = spoolFor(join(folder, "spool"), url);
  writeFileSync(join(path, "away"), "0\n");
  utimesSync(join(path, "away"), 0, 0);
}

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
