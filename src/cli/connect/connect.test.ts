import {
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { describe, expect, test as base } from "vitest";
import { startTestServer } from "../../server/testing/test-server.js";
import { freshFolder, type Folder } from "../cli-fixture.js";
import { claudeCodeEvents } from "./claude-code.js";
import { cli, connect, url, write } from "./testing/home.js";

const test = base.extend<Folder>(freshFolder);

interface Hooks {
  hooks: Record<string, { matcher?: string; hooks: Record<string, unknown>[] }[]>;
  env?: Record<string, string>;
}

function json(path: string): Hooks {
  return JSON.parse(readFileSync(path, "utf8")) as Hooks;
}

function settings(home: string): string {
  return join(home, ".claude", "settings.json");
}

const own = `{
    // mine
    "model":   "opus",
    "hooks": {
        "PreToolUse": [{ "matcher": "Bash", "hooks": [{ "type": "command", "command": "audit" }] }],
    },
    "env": {"EDITOR": "vi"}
}`;

describe("connect claude-code", () => {
  test("hooks every event and turns on telemetry", async ({ folder }) => {
    expect(await connect(folder)).toMatchObject({ code: 0, stderr: "" });
    const { hooks, env } = json(settings(folder));
    expect(Object.keys(hooks)).toEqual([...claudeCodeEvents]);
    expect(hooks["Stop"]![0]!.hooks[0]!["command"]).toBe(
      `/bin/sh ${folder}/.config/claude-sessions/hook.sh claude-code ${url}`,
    );
    expect(env).toMatchObject({
      CLAUDE_CODE_ENABLE_TELEMETRY: "1",
      OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: `${url}/v1/logs`,
    });
  });

  test("leaves the making of worktrees to Claude Code", async ({ folder }) => {
    await connect(folder);
    expect(json(settings(folder)).hooks).not.toHaveProperty("WorktreeCreate");
  });

  test("keeps what was there: comments, layout, other hooks, the file's mode", async ({ folder }) => {
    const file = write(folder, ".claude/settings.json", own, 0o640);
    await connect(folder);
    const text = readFileSync(file, "utf8");
    for (const kept of ["// mine", '"model":   "opus"', '"command": "audit"', '"EDITOR": "vi"'])
      expect(text).toContain(kept);
    expect(text.indexOf('"audit"')).toBeLessThan(text.indexOf("hook.sh"));
    expect(statSync(file).mode & 0o777).toBe(0o640);
  });

  test("changes nothing the second time", async ({ folder }) => {
    const file = write(folder, ".claude/settings.json", own);
    await connect(folder);
    const [text, names] = [readFileSync(file, "utf8"), readdirSync(dirname(file))];
    expect((await connect(folder)).stdout).toContain("was already set up for");
    expect([readFileSync(file, "utf8"), readdirSync(dirname(file))]).toEqual([text, names]);
  });

  test("disconnect brings back every byte", async ({ folder }) => {
    const file = write(folder, ".claude/settings.json", own);
    await connect(folder);
    expect((await cli(folder, "disconnect", "claude-code")).stdout).toContain("restored");
    expect(readFileSync(file, "utf8")).toBe(own);
    expect(readdirSync(dirname(file))).toEqual(["settings.json"]);
    expect(existsSync(join(folder, ".config/claude-sessions/hook.sh"))).toBe(false);
  });

  test("disconnect takes out its own alone where the person changed something since", async ({ folder }) => {
    const file = write(folder, ".claude/settings.json", own);
    await connect(folder);
    writeFileSync(file, readFileSync(file, "utf8").replace('"opus"', '"sonnet"'));
    await cli(folder, "disconnect", "claude-code");
    const text = readFileSync(file, "utf8");
    expect(text).toContain('"model":   "sonnet"');
    expect(text).toContain('"command": "audit"');
    expect(text).not.toMatch(/claude-sessions|OTEL/);
  });

  test("disconnect removes a file that connect made", async ({ folder }) => {
    await connect(folder);
    await cli(folder, "disconnect", "claude-code");
    expect(existsSync(settings(folder))).toBe(false);
    expect((await cli(folder, "disconnect", "claude-code")).stdout).toContain("was not connected");
  });

  test("writes through a symbolic link", async ({ folder }) => {
    const real = write(folder, "dotfiles/settings.json", "{}\n");
    mkdirSync(join(folder, ".claude"));
    symlinkSync(real, settings(folder));
    await connect(folder);
    expect(lstatSync(settings(folder)).isSymbolicLink()).toBe(true);
    expect(json(real).hooks).toHaveProperty("Stop");
    await cli(folder, "disconnect", "claude-code");
    expect(readFileSync(real, "utf8")).toBe("{}\n");
  });

  test.for(["{ nope", "[]", '{"hooks": []}', '{"hooks": {"Stop": {}}}'])(
    "refuses %s and writes nothing",
    async (text, { folder }) => {
      const file = write(folder, ".claude/settings.json", text);
      const { code, stderr } = await connect(folder);
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining("nothing was changed") as string });
      expect(readFileSync(file, "utf8")).toBe(text);
      expect(readdirSync(folder)).toEqual([".claude"]);
    },
  );

  test("moves to another server", async ({ folder }) => {
    const file = write(folder, ".claude/settings.json", own);
    await connect(folder);
    await connect(folder, "claude-code", "--url", "http://sessions:9000");
    const text = readFileSync(file, "utf8");
    expect(text).not.toContain(url);
    expect(text).toContain("http://sessions:9000/v1/logs");
    await cli(folder, "disconnect", "claude-code");
    expect(readFileSync(file, "utf8")).toBe(own);
  });

  test("leaves telemetry alone that goes elsewhere, and says so", async ({ folder }) => {
    const file = write(folder, ".claude/settings.json", '{"env":{"OTEL_LOGS_EXPORTER":"console"}}');
    const { stdout } = await connect(folder);
    expect(stdout).toContain("OTEL_LOGS_EXPORTER' of yours, which stays");
    expect(json(file).env).toEqual({ OTEL_LOGS_EXPORTER: "console" });
  });

  test("--project writes no telemetry, which would be ignored there", async ({ folder }) => {
    expect((await connect(folder, "claude-code", "--project")).stdout).toContain(
      "no telemetry settings from a project",
    );
    expect(json(join(folder, ".claude", "settings.json")).env).toBeUndefined();
  });

  test("--managed --root writes into an image that is being built", async ({ folder }) => {
    const image = join(folder, "image");
    await connect(folder, "claude-code", "--managed", "--root", image);
    const path = join(image, "etc/claude-code/managed-settings.d/50-claude-sessions.json");
    expect(JSON.stringify(json(path).hooks["Stop"])).toContain("/bin/sh /etc/claude-code/claude-sessions/hook.sh");
    expect(statSync(path).mode & 0o777).toBe(0o644);
    expect(statSync(join(image, "etc/claude-code/claude-sessions/hook.sh")).mode & 0o777).toBe(0o755);
  });

  test("--http uses HTTP hooks, but where a failure would be shown to the person", async ({ folder }) => {
    await connect(folder, "claude-code", "--http");
    const { hooks } = json(settings(folder));
    expect(hooks["Stop"]![0]!.hooks[0]).toMatchObject({ type: "http", url: `${url}/hooks/claude-code` });
    expect(hooks["SessionStart"]![0]!.hooks[0]).toMatchObject({ type: "command" });
    expect(hooks["SessionEnd"]![0]!.hooks[0]).toMatchObject({ type: "command" });
  });

  describe("--approvals", () => {
    const ours = (home: string) => json(settings(home)).hooks["PermissionRequest"]![0]!.hooks[0]!;

    test.for([[[], 300] as const, [["60"], 60] as const])(
      "%j has a person asked for %i s, and gives the hook a bit longer",
      async ([given, seconds], { folder }) => {
        const { stdout } = await connect(folder, "claude-code", "--approvals", ...given);
        expect(stdout).toContain(`can be answered for ${seconds} s with 'claude-sessions approve' and 'deny'`);
        const command = `/bin/sh ${folder}/.config/claude-sessions/hook.sh --wait ${seconds} claude-code ${url}`;
        expect(ours(folder)).toEqual({ type: "command", command, timeout: seconds + 15 });
        expect(json(settings(folder)).hooks["Stop"]![0]!.hooks[0]!["command"]).not.toContain("--wait");
      },
    );

    test("runs the program among HTTP hooks too, which could not tell a server that hangs", async ({ folder }) => {
      await connect(folder, "claude-code", "--http", "--approvals");
      expect(ours(folder)).toMatchObject({ type: "command", timeout: 315 });
    });

    test("is shown by --print, changed and turned off by connecting again, and taken out", async ({ folder }) => {
      const plain = '{"model": "opus"}';
      const file = write(folder, ".claude/settings.json", plain);
      expect((await connect(folder, "claude-code", "--approvals", "--print")).stdout).toContain(
        "--wait 300 claude-code",
      );
      await connect(folder, "claude-code", "--approvals");
      await connect(folder, "claude-code", "--approvals", "60");
      expect(ours(folder)["command"]).toContain("--wait 60 ");
      await connect(folder);
      expect(ours(folder)["command"]).not.toContain("--wait");
      await connect(folder, "claude-code", "--approvals");
      await cli(folder, "disconnect", "claude-code");
      expect(readFileSync(file, "utf8")).toBe(plain);
    });

    test.for([
      ["claude-code", "soon"],
      ["claude-code", "0"],
      ["claude-code", "3601"],
      ["codex", "60"],
    ])("is refused for %s as '%s'", async ([agent, seconds], { folder }) => {
      const { code, stderr } = await connect(folder, agent, "--approvals", seconds!);
      expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining("--approvals") as string });
      expect(readdirSync(folder)).toEqual([]);
    });
  });

  test("--print shows and writes nothing", async ({ folder }) => {
    const { stdout } = await connect(folder, "claude-code", "--print");
    expect(stdout).toContain('"SessionStart"');
    expect(readdirSync(folder)).toEqual([]);
  });

  test("and disconnect leave any settings as they were", async ({ folder }) => {
    const value = fc.dictionary(fc.string(), fc.jsonValue());
    const layout = fc.constantFrom("", "  ", "\t", "    ");
    await fc.assert(
      fc.asyncProperty(value, layout, fc.boolean(), async (object, indent, crlf) => {
        const { hooks: _hooks, env: _env, ...rest } = object;
        const text = JSON.stringify(rest, null, indent).replaceAll("\n", crlf ? "\r\n" : "\n");
        const file = write(folder, ".claude/settings.json", text);
        expect(await connect(folder)).toMatchObject({ code: 0 });
        expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject(JSON.parse(text) as object);
        await cli(folder, "disconnect", "claude-code");
        expect(readFileSync(file, "utf8")).toBe(text);
      }),
      { numRuns: 25 },
    );
  });
});

test("connect gemini adds hooks, whose timeouts are milliseconds, and telemetry", async ({ folder }) => {
  await connect(folder, "gemini");
  const { hooks, telemetry } = json(join(folder, ".gemini/settings.json")) as Hooks & { telemetry: object };
  expect(hooks["BeforeTool"]![0]!.hooks[0]).toMatchObject({ type: "command", timeout: 5000 });
  expect(telemetry).toMatchObject({ enabled: true, otlpEndpoint: url, otlpProtocol: "http" });
});

test("disconnect keeps the program while another agent runs it", async ({ folder }) => {
  await connect(folder, "gemini");
  await connect(folder, "codex");
  await cli(folder, "disconnect", "gemini");
  expect(existsSync(join(folder, ".config/claude-sessions/hook.sh"))).toBe(true);
  await cli(folder, "disconnect", "codex");
  expect(existsSync(join(folder, ".config/claude-sessions/hook.sh"))).toBe(false);
});

describe("the self-test", () => {
  test.for(["claude-code", "codex", "gemini"])(
    "sends an input of %s, reads it back and tidies up",
    async (agent, { folder }) => {
      await using server = await startTestServer();
      const { code, stdout } = await cli(folder, "connect", agent, "--url", server.url);
      expect({ code, stdout }).toEqual({
        code: 0,
        stdout: expect.stringContaining("was read back as event") as string,
      });
      expect((await server.call("GET", "/api/query/recent")).body).toEqual([]);
      expect((await server.call("GET", "/api/ingest")).body, "no agent has reported").toEqual({ sources: [] });
    },
  );

  test("says how to start a server that is away, and that nothing is lost", async ({ folder }) => {
    const { code, stdout } = await cli(folder, "connect", "gemini", "--url", "http://localhost:1");
    expect(code).toBe(3);
    expect(stdout).toMatch(/^Gemini CLI is now set up for http:\/\/localhost:1\.$/m);
    expect(stdout).toContain("claude-sessions serve");
    expect(stdout).toContain("is kept");
    expect(existsSync(join(folder, ".gemini", "settings.json"))).toBe(true);
    const again = await cli(folder, "connect", "gemini", "--url", "http://localhost:1", "--json");
    expect([again.code, (JSON.parse(again.stdout) as { test: object }).test]).toMatchObject([
      3,
      { outcome: "no_server" },
    ]);
  });

  test("--no-test asks no server", async ({ folder }) => {
    expect(await cli(folder, "connect", "gemini", "--no-test")).toMatchObject({
      code: 0,
      stdout: expect.stringContaining(`Gemini CLI is now set up for ${url}.`) as string,
    });
  });
});
