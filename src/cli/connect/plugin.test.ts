import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { version } from "../version.js";
import { claudeCodeEvents } from "./claude-code.js";
import { hookScript } from "./hook-script.js";

const plugin = new URL("../../../plugins/session-monitor/", import.meta.url);

function json(path: string): Record<string, unknown> {
  return JSON.parse(readFileSync(new URL(path, plugin), "utf8")) as Record<string, unknown>;
}

test("the plugin ships the script that connect installs", () => {
  expect(readFileSync(new URL("hooks/hook.sh", plugin), "utf8")).toBe(hookScript);
});

test("the plugin hooks the same events, with the server that the person named", () => {
  const hooks = claudeCodeEvents.map((event) => {
    const last = event === "SessionEnd" ? ["--last"] : [];
    const args = ["${CLAUDE_PLUGIN_ROOT}/hooks/hook.sh", ...last, "claude-code", "${user_config.server_url}"];
    return [event, [{ hooks: [{ type: "command", command: "/bin/sh", args, timeout: 5 }] }]];
  });
  expect(json("hooks/hooks.json")["hooks"]).toEqual(Object.fromEntries(hooks));
});

test("the plugin has this program's version", () => {
  expect(json(".claude-plugin/plugin.json")["version"]).toBe(version);
});
