import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parse as parseToml } from "smol-toml";
import { describe, expect, test as base } from "vitest";
import { freshFolder, type Folder } from "../cli-fixture.js";
import { cli, connect, url, write } from "./testing/home.js";

const test = base.extend<Folder>(freshFolder);

describe("connect codex", () => {
  const config = "# my Codex\nmodel = \"gpt\"\n\n[tui]\ntheme = 'dark' # dim";

  test("adds notify and telemetry beside what is there, and takes them out again", async ({ folder }) => {
    const file = write(folder, ".codex/config.toml", config);
    await connect(folder, "codex");
    const text = readFileSync(file, "utf8");
    expect(text).toContain(config);
    const script = join(folder, ".config/claude-sessions/hook.sh");
    expect(parseToml(text)).toMatchObject({
      notify: ["/bin/sh", script, "codex", url],
      otel: { exporter: { "otlp-http": { endpoint: `${url}/v1/logs`, protocol: "json" } } },
      tui: { theme: "dark" },
    });
    expect((await connect(folder, "codex")).stdout).toContain("was already set up for");
    writeFileSync(file, `${text}\n[added]\nlater = 1\n`);
    await cli(folder, "disconnect", "codex");
    expect(parseToml(readFileSync(file, "utf8"))).toEqual({ ...parseToml(config), added: { later: 1 } });
  });

  test("disconnect brings back every byte", async ({ folder }) => {
    const file = write(folder, ".codex/config.toml", config);
    await connect(folder, "codex");
    await cli(folder, "disconnect", "codex");
    expect(readFileSync(file, "utf8")).toBe(config);
    expect(existsSync(join(folder, ".codex/hooks.json"))).toBe(false);
  });

  test("leaves a notify and telemetry of the person's own, and says so", async ({ folder }) => {
    const mine = 'notify = ["say"]\n\n[otel]\nenvironment = "dev"\n';
    const file = write(folder, ".codex/config.toml", mine);
    expect((await connect(folder, "codex")).stdout).toContain("'notify' of yours, which stays");
    expect(readFileSync(file, "utf8")).toBe(mine);
  });

  test("refuses a broken file and writes nothing", async ({ folder }) => {
    write(folder, ".codex/config.toml", "model = ");
    expect(await connect(folder, "codex")).toMatchObject({
      code: 2,
      stderr: expect.stringContaining("not valid TOML") as string,
    });
    expect(readdirSync(folder)).toEqual([".codex"]);
  });
});
