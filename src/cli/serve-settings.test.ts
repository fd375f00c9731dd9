import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test as base } from "vitest";
import { type Folder, freshFolder, runCli, type RunOptions } from "./cli-fixture.js";
import { defaultStorage } from "./serve-settings.js";

const test = base.extend<Folder>(freshFolder);

type Printed = Record<string, { value: unknown; source: string }>;

async function settings(argv: string[], options: RunOptions): Promise<Printed> {
  const { code, stdout, stderr } = await runCli(["serve", "--print-config", "--json", ...argv], options);
  expect(stderr).toBe("");
  expect(code).toBe(0);
  return JSON.parse(stdout) as Printed;
}

function writeConfig(folder: string, values: unknown): string {
  const path = join(folder, "config.json");
  writeFileSync(path, JSON.stringify(values));
  return path;
}

describe("precedence", () => {
  const cases = [
    { from: "the flag", flag: true, own: true, kept: true, file: true, value: 1, source: "--port" },
    { from: "its own variable", own: true, kept: true, file: true, value: 2, source: "CLAUDE_SESSIONS_PORT" },
    { from: "the variable that was always there", kept: true, file: true, value: 3, source: "PORT" },
    { from: "the config file", file: true, value: 4, source: "config.json" },
    { from: "the default", value: 9000, source: "default" },
  ];

  test.for(cases)("takes the port from $from", async (given, { folder }) => {
    const env = { ...(given.own && { CLAUDE_SESSIONS_PORT: "2" }), ...(given.kept && { PORT: "3" }) };
    const config = writeConfig(folder, given.file ? { port: 4 } : {});
    const { port } = await settings([...(given.flag ? ["--port", "1"] : []), "--config", config], { env });
    expect(port!.value).toBe(given.value);
    expect(port!.source).toContain(given.source);
  });

  test("knows the storage under its older names, and takes a relative one from where it was written", async ({
    folder,
  }) => {
    const config = writeConfig(folder, { storage: "kept" });
    const storage = async (env: Record<string, string>, argv: string[] = []) =>
      (await settings([...argv, "--config", config], { env, cwd: "/somewhere" }))["storage"];
    expect(await storage({ STORAGE_PATH: "/a", SESSIONS_DIR: "/b" })).toEqual({ value: "/a", source: "STORAGE_PATH" });
    expect(await storage({ SESSIONS_DIR: "b" })).toEqual({ value: "/somewhere/b", source: "SESSIONS_DIR" });
    expect(await storage({}, ["--storage", "c"])).toEqual({ value: "/somewhere/c", source: "--storage" });
    expect(await storage({})).toEqual({ value: join(folder, "kept"), source: config });
  });

  test("every setting can be a flag, a variable and a key", async ({ folder }) => {
    const values = {
      host: "::1",
      port: 1,
      dashboardPort: "none",
      storage: "/s",
      durability: "relaxed",
      implicitSessions: false,
      allowOrigins: ["https://a.example"],
      maxBody: 1024,
      logLevel: "warn",
      logFormat: "json",
    };
    const argv = [
      "--host",
      "::1",
      "--port",
      "1",
      "--dashboard-port",
      "none",
      "--storage",
      "/s",
      "--durability",
      "relaxed",
      "--no-implicit-sessions",
      "--allow-origin",
      "https://a.example",
      "--max-body",
      "1kb",
      "--log-level",
      "warn",
      "--log-format",
      "json",
    ];
    const env = Object.fromEntries(
      Object.entries({
        HOST: "::1",
        PORT: "1",
        DASHBOARD_PORT: "none",
        STORAGE: "/s",
        DURABILITY: "relaxed",
        IMPLICIT_SESSIONS: "no",
        ALLOW_ORIGIN: "https://a.example",
        MAX_BODY: "1024",
        LOG_LEVEL: "warn",
        LOG_FORMAT: "json",
      }).map(([name, value]) => [`CLAUDE_SESSIONS_${name}`, value]),
    );
    const plain = (printed: Printed) =>
      Object.fromEntries(Object.entries(printed).map(([key, { value }]) => [key, value]));
    const sources = (printed: Printed) => new Set(Object.values(printed).map(({ source }) => source));
    const byFlag = await settings(argv, {});
    const byVariable = await settings([], { env });
    const config = writeConfig(folder, values);
    const byFile = await settings(["--config", config], {});
    expect([plain(byFlag), plain(byVariable), plain(byFile)]).toEqual([values, values, values]);
    expect([sources(byFlag), sources(byVariable), sources(byFile)].map((set) => set.has("default"))).toEqual([
      false,
      false,
      false,
    ]);
  });

  test("reads the user's own config file where there is one, and CLAUDE_SESSIONS_CONFIG before it", async ({
    folder,
  }) => {
    mkdirSync(join(folder, "claude-sessions"));
    writeFileSync(join(folder, "claude-sessions", "config.json"), '{"port": 5}');
    const other = writeConfig(folder, { port: 6 });
    expect((await settings([], { env: { XDG_CONFIG_HOME: folder } }))["port"]!.value).toBe(5);
    expect(
      (await settings([], { env: { XDG_CONFIG_HOME: folder, CLAUDE_SESSIONS_CONFIG: other } }))["port"]!.value,
    ).toBe(6);
  });
});

test("ignores the port link that Kubernetes makes of a service with this name", async () => {
  const { port } = await settings([], {
    env: { CLAUDE_SESSIONS_PORT: "tcp://10.0.0.7:9000", CLAUDE_SESSIONS_SERVICE_HOST: "10.0.0.7" },
  });
  expect(port).toEqual({ value: 9000, source: "default" });
});

test("leaves the dashboard's own port to others where any free port will do", async () => {
  const dashboardPort = async (...argv: string[]) => (await settings(argv, {}))["dashboardPort"]!.value;
  expect(await dashboardPort()).toBe(3000);
  expect(await dashboardPort("--port", "0")).toBe("none");
  expect(await dashboardPort("--port", "0", "--dashboard-port", "3001")).toBe(3001);
  expect(await dashboardPort("--dashboard-port", "none")).toBe("none");
});

test("logs as JSON in production", async () => {
  expect((await settings([], { env: { NODE_ENV: "production" } }))["logFormat"]).toEqual({
    value: "json",
    source: "NODE_ENV",
  });
});

test("keeps sessions in the user's own folder where the machine's cannot be written", ({ folder }) => {
  const system = join(folder, "var", "claude-sessions");
  const context = { env: {}, home: "/home/ada" };
  expect(defaultStorage(context, system)).toBe("/home/ada/.local/share/claude-sessions");
  expect(defaultStorage({ ...context, env: { XDG_DATA_HOME: "/data" } }, system)).toBe("/data/claude-sessions");
  mkdirSync(join(folder, "var"));
  expect(defaultStorage(context, system)).toBe(system);
  if (process.getuid?.() === 0) return;
  mkdirSync(system);
  chmodSync(system, 0o500);
  expect(defaultStorage(context, system)).toBe("/home/ada/.local/share/claude-sessions");
});

describe("wrong settings are refused with their place and the nearest right one", () => {
  test.for([
    [["--port", "70000"], {}, "--port: '70000' is not a port"],
    [
      ["--dashboard-port", "off"],
      {},
      "--dashboard-port: 'off' is not a port; give a number from 1 to 65535, or 0 for any free one; or none",
    ],
    [["--durability", "strct"], {}, "--durability: 'strct' is not one of strict, relaxed. Did you mean 'strict'?"],
    [["--max-body", "lots"], {}, "--max-body: 'lots' is not a size"],
    [["--allow-origin", "dashboard"], {}, "--allow-origin: 'dashboard' is not an origin"],
    [
      [],
      { CLAUDE_SESSIONS_LOG_LEVEL: "warning" },
      "CLAUDE_SESSIONS_LOG_LEVEL: 'warning' is not one of trace, debug, info, warn, error, silent. Did you mean 'warn'?",
    ],
    [
      [],
      { CLAUDE_SESSIONS_IMPLICIT_SESSIONS: "maybe" },
      "CLAUDE_SESSIONS_IMPLICIT_SESSIONS: 'maybe' is neither true nor false",
    ],
    [[], { PORT: "http" }, "PORT: 'http' is not a port"],
  ] as const)("%j %j", async ([argv, env, message]) => {
    const { code, stderr } = await runCli(["serve", "--print-config", ...argv], { env });
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });

  test.for([
    [{ durabilty: "strict" }, "there is no setting 'durabilty'. Did you mean 'durability'?"],
    [{ "zzz-zzz-zzz": 1 }, "There are host, port, dashboardPort, storage"],
    [{ port: "ninety" }, "port: 'ninety' is not a port"],
    [{ allowOrigins: [7] }, "allowOrigins: must be a text"],
    [[1], "must hold a JSON object"],
  ] as const)("config file %j", async ([values, message], { folder }) => {
    const config = writeConfig(folder, values);
    const { code, stderr } = await runCli(["serve", "--print-config", "--config", config]);
    expect(stderr).toContain(config);
    expect(stderr).toContain(message);
    expect(code).toBe(2);
  });

  test("a variable that is nearly one of ours is told of, and another's is not", async () => {
    const env = {
      CLAUDE_SESSIONS_PROT: "1",
      CLAUDE_SESSIONS_THEME: "dark",
      CLAUDE_SESSIONS_PORT_9000_TCP: "x",
      CLAUDE_SESSIONS_SERVICE_HOST: "x",
    };
    const { code, stderr } = await runCli(["serve", "--print-config"], { env });
    expect(stderr).toBe("There is no setting CLAUDE_SESSIONS_PROT. Did you mean CLAUDE_SESSIONS_PORT?\n");
    expect(code).toBe(0);
  });

  test("a named config file that is not there", async ({ folder }) => {
    const { code, stderr } = await runCli(["serve", "--print-config", "--config", "missing.json"], { cwd: folder });
    expect(stderr).toContain(`The config file ${folder}/missing.json cannot be read.`);
    expect(code).toBe(2);
  });
});

test("prints settings as a table for people and as tabs for pipes", async () => {
  const forPeople = await runCli(["serve", "--print-config", "--port", "1"], { isTTY: true, env: { NO_COLOR: "1" } });
  expect(forPeople.stdout).toMatch(/^SETTING +VALUE +FROM\nhost +127\.0\.0\.1 +default\nport +1 +--port\n/);
  const piped = await runCli(["serve", "--print-config", "--port", "1"]);
  expect(piped.stdout).toMatch(/^host\t127\.0\.0\.1\tdefault\nport\t1\t--port\n/);
});
