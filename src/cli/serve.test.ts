import { once } from "node:events";
import { existsSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, vi, test as base } from "vitest";
import { createClient } from "../client/http-client.js";
import { deliveryName, keep, spoolFor } from "../hook/spool.js";
import { type CapturedRun, type Folder, freshFolder, runCli, type RunOptions, startCli } from "./cli-fixture.js";

const test = base.extend<Folder>(freshFolder);

interface Served {
  run: CapturedRun;
  url: string;
  storage: string;
}

/** Runs `serve` on a free port; the test ends it, or it is ended behind the test. */
async function serve(folder: string, argv: string[] = [], options: RunOptions = {}): Promise<Served> {
  const storage = join(folder, "store");
  const run = startCli(["serve", "--port", "0", "--storage", storage, ...argv], options);
  onTestFinished(async () => {
    run.signal("SIGTERM");
    await run.finished;
  });
  const url = await vi.waitFor(
    () => {
      const found = /http:\/\/[\w.]+:\d+/.exec(run.stdout)?.[0];
      if (found === undefined) throw new Error(`not up yet: ${run.stdout}${run.stderr}`);
      return found;
    },
    { timeout: 5_000 },
  );
  return { run, url, storage };
}

describe("what it says when it is up", () => {
  test("for people: where it listens, where it stores, and how to go on", async ({ folder }) => {
    const { run, url, storage } = await serve(folder, [], { isTTY: true, env: { NO_COLOR: "1" } });
    expect(run.stdout).toContain(`API        ${url}`);
    expect(run.stdout).toContain(`Storage    ${storage}`);
    expect(run.stdout).toContain("strict: an answer means that it is on disk");
    expect(run.stdout).toContain(`curl ${url}/api/actions/my-session`);
    expect(run.stdout).toContain("--host 0.0.0.0");
    expect(run.stdout).not.toContain("\u001b");
  });

  test("where the dashboard is, and that it has no port of its own where that is taken", async ({ folder }) => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    onTestFinished(() => void taken.close());
    const { port } = taken.address() as AddressInfo;
    const refused = await serve(join(folder, "a"), ["--dashboard-port", String(port)], {
      isTTY: true,
      env: { NO_COLOR: "1" },
    });
    expect(refused.run.stdout).toContain(`Dashboard  ${refused.url}/dashboard\n`);
    await vi.waitFor(() => expect(refused.run.stderr).toContain(`Port ${port} is taken by`));
    expect(refused.run.stderr).toContain("--dashboard-port");
    taken.close();
    await once(taken, "close");
    const free = await serve(join(folder, "b"), ["--dashboard-port", String(port)], {
      isTTY: true,
      env: { NO_COLOR: "1" },
    });
    expect(free.run.stdout).toContain(`Dashboard  http://127.0.0.1:${port}\n`);
    expect((await fetch(`http://127.0.0.1:${port}/health`)).status).toBe(200);
  });

  test("calls itself as the person's shell finds it", async ({ folder }) => {
    const { run, url } = await serve(folder, [], { isTTY: true, env: { npm_command: "start" } });
    expect(run.stdout).toContain(`    npx claude-sessions query events my-session --url ${url}`);
  });

  test("for a log: one fact a line, and JSON lines on stderr", async ({ folder }) => {
    const { run, url, storage } = await serve(folder, ["--durability", "relaxed"]);
    expect(run.stdout.split("\n").slice(1)).toEqual([
      `listening ${url}`,
      `dashboard ${url}/dashboard`,
      "host 127.0.0.1",
      `storage ${storage}`,
      "durability relaxed",
      "",
    ]);
    await createClient({ url }).recent();
    await vi.waitFor(() => expect(run.stderr).toContain('"path":"/api/query/recent"'));
    const lines = run.stderr
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line) as { level: string; msg: string; time: string });
    expect(lines).toContainEqual(
      expect.objectContaining({
        level: "warn",
        msg: expect.stringContaining("durability is relaxed"),
        time: expect.stringMatching(/^\d{4}-.*Z$/),
      }),
    );
  });

  test("on a terminal the log is for people, and hostile paths are shown and not obeyed", async ({ folder }) => {
    const { run, url } = await serve(folder, [], { isTTY: true, env: { NO_COLOR: "1" } });
    await createClient({ url })
      .getState("s")
      .catch(() => {});
    await vi.waitFor(() =>
      expect(run.stderr).toMatch(
        /\d\d:\d\d:\d\d warn {2}GET \/api\/state\/s 404 [\d.]+ ms There is no session 's'\. code=session_not_found\n/,
      ),
    );
    expect(run.stderr.replaceAll("\r\u001b[2K", "")).not.toContain("\u001b");
  });

  test("--log-level decides how much", async ({ folder }) => {
    const { run, url } = await serve(folder, ["--log-level", "error"]);
    await createClient({ url }).recent();
    run.signal("SIGTERM");
    await run.finished;
    expect(run.stderr).toBe("");
  });
});

test("the curl line of the banner works as it stands", async ({ folder }) => {
  const { run, url } = await serve(folder, [], { isTTY: true, env: { NO_COLOR: "1" } });
  const [, address, body] = /curl (\S+) -d '([^']+)'/.exec(run.stdout)!;
  const response = await fetch(address!, {
    method: "POST",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    body,
  });
  expect(response.status).toBe(201);
  expect((await createClient({ url }).listActions("my-session"))[0]).toMatchObject({ type: "hello" });
});

test("settings reach the server", async ({ folder }) => {
  const { url } = await serve(folder, [
    "--no-implicit-sessions",
    "--max-body",
    "100",
    "--allow-origin",
    "https://a.example",
  ]);
  const client = createClient({ url });
  await expect(client.appendAction("s", { type: "t" })).rejects.toMatchObject({ code: "session_not_found" });
  await expect(client.createSession({ tags: ["x".repeat(200)] })).rejects.toMatchObject({ code: "body_too_large" });
  const allowed = await fetch(`${url}/health`, { headers: { origin: "https://a.example" } });
  expect(allowed.headers.get("access-control-allow-origin")).toBe("https://a.example");
  expect((await fetch(`${url}/health`, { headers: { origin: "https://b.example" } })).status).toBe(403);
});

test.for(["SIGINT", "SIGTERM"] as const)(
  "%s ends it with 0, with everything stored and a socket still open",
  async (signal, { folder }) => {
    const { run, url, storage } = await serve(folder);
    await createClient({ url }).appendAction("s", { type: "t" });
    const socket = new WebSocket(`${url.replace("http", "ws")}/ws?session=s`);
    await new Promise((resolve) => socket.addEventListener("message", resolve, { once: true }));
    const closed = new Promise((resolve) => socket.addEventListener("close", resolve, { once: true }));
    run.signal(signal);
    expect(await run.finished).toBe(0);
    await closed;
    expect(run.exits).toEqual([]);
    const { stdout, code } = await runCli(["query", "events", "s", "--storage", storage]);
    expect(code).toBe(0);
    expect(stdout.split("\n")).toHaveLength(3);
    expect((await runCli(["verify", "--storage", storage])).code).toBe(0);
    expect((await runCli(["repair", "--storage", storage])).stdout).toBe("There is nothing to mend.\n");
  },
);

test("a second signal ends the process at once with 130", async ({ folder }) => {
  const { run } = await serve(folder);
  run.signal("SIGINT");
  run.signal("SIGINT");
  expect(run.exits).toEqual([130]);
  await run.finished;
});

describe("where it cannot start", () => {
  test("a taken port: says who has it and how to choose another, and leaves the storage free", async ({ folder }) => {
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    onTestFinished(() => void other.close());
    const { port } = other.address() as AddressInfo;
    const argv = ["serve", "--storage", join(folder, "store"), "--port"];
    const { code, stdout, stderr } = await runCli([...argv, String(port)]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain(`Port ${port} is taken by`);
    expect(stderr).toContain(process.platform === "linux" ? `process ${process.pid}` : "another process");
    expect(stderr).toContain("--port");
    await serve(folder);
  });

  test("a storage that another process has open", async ({ folder }) => {
    await serve(folder);
    const second = await runCli(["serve", "--port", "0", "--storage", join(folder, "store")]);
    expect(second.code).toBe(1);
    expect(second.stderr).toContain(`in use by process ${process.pid}`);
  });

  test("an address that is not of this machine", async ({ folder }) => {
    const { code, stderr } = await runCli([
      "serve",
      "--port",
      "0",
      "--host",
      "203.0.113.7",
      "--storage",
      join(folder, "store"),
    ]);
    expect(code).toBe(2);
    expect(stderr).toContain("This machine has no address '203.0.113.7'");
  });

  test("a file where the storage should be", async ({ folder }) => {
    writeFileSync(join(folder, "store"), "");
    const { code, stderr } = await runCli(["serve", "--port", "0", "--storage", join(folder, "store")]);
    expect(code).toBe(1);
    expect(stderr).toContain(`Sessions cannot be stored in ${join(folder, "store")}.`);
    expect(stderr).toContain("--storage");
    expect(stderr).not.toContain("retry");
  });
});

test("ends when it is interrupted while it still opens the storage", async ({ folder }) => {
  const run = startCli(["serve", "--port", "0", "--storage", join(folder, "store")], {
    onSignal(listener) {
      listener("SIGINT");
      return () => {};
    },
  });
  expect(await run.finished).toBe(130);
  expect(run.stdout).toBe("");
  expect(existsSync(join(folder, "store"))).toBe(true);
  expect(run.exits).toEqual([]);
});

test("takes what this user's hooks kept while it was away, and says how much", async ({ folder }) => {
  const free = createServer().listen(0, "127.0.0.1");
  await once(free, "listening");
  const { port } = free.address() as AddressInfo;
  free.close();
  await once(free, "close");
  const spool = join(folder, "spool");
  for (const prompt of ["one", "two"]) {
    const input = { session_id: "kept", hook_event_name: "UserPromptSubmit", prompt_id: prompt, prompt };
    keep(spoolFor(spool, `http://localhost:${port}`), {
      name: deliveryName(Date.now()),
      target: `http://localhost:${port}/hooks/claude-code`,
      time: "2026-01-01T00:00:00.000Z",
      body: Buffer.from(JSON.stringify(input)),
    });
  }
  const { run, url } = await serve(folder, ["--port", String(port)], { env: { CLAUDE_SESSIONS_SPOOL: spool } });
  await vi.waitFor(() => expect(run.stderr).toContain("took 2 hook inputs kept while no server was here"));
  const events = await createClient({ url }).listEvents("kept", { limit: 100 });
  expect(events.flatMap(({ data }) => (data["type"] === "user_prompt" ? [data["text"]] : []))).toEqual(["one", "two"]);
});
