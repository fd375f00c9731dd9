import { join } from "node:path";
import type { CliContext } from "../context.js";
import type { Connection, ConnectOptions } from "./agents.js";
import { hookEdits } from "./edit-hooks.js";
import { tomlEdits, tomlString, type TomlBlocks } from "./edit-toml.js";
import { under, userFolder } from "./places.js";
import { hookProgram, shellCommand, type HookProgram } from "./programs.js";
import { movable } from "./server-in.js";

const codexEvents = [
  "SessionStart",
  "SessionEnd",
  "UserPromptSubmit",
  "PreToolUse",
  "PermissionRequest",
  "PostToolUse",
  "PreCompact",
  "PostCompact",
  "SubagentStart",
  "SubagentStop",
  "Stop",
] as const;

/** `notify` and `[otel]` work at once; hooks tell more, once the person has told Codex to trust them. */
export function connectCodex({ url, root }: ConnectOptions, context: CliContext): Connection {
  const { env, home } = context;
  const folder = under(root, env["CODEX_HOME"] || join(home, ".codex"));
  const program = hookProgram(userFolder(context));
  const config = join(folder, "config.toml");
  const hooks = join(folder, "hooks.json");
  return {
    settings: [
      { path: config, edits: movable("codex", url, (server) => configEdits(config, server, program)) },
      {
        path: hooks,
        edits: movable("codex", url, (server) => hookEdits(hooks, hookSettings(server, program), "codex")),
      },
    ],
    program: { ...program.file, path: under(root, program.file.path) },
    words: program.words("codex", url),
    notes: ["Codex runs hooks once you trust them: start it, type /hooks, and allow those of claude-sessions."],
  };
}

function hookSettings(url: string, program: HookProgram) {
  const groups = codexEvents.map((event) => {
    const command = shellCommand(program.words("codex", url, { last: event === "SessionEnd" }));
    return [event, { hooks: [{ type: "command", command, timeout: 3 }] }];
  });
  return { groups: Object.fromEntries(groups), values: [] };
}

function configEdits(path: string, url: string, program: HookProgram) {
  const edits = tomlEdits(path, (document) => blocksFor(document, url, program));
  return {
    ...edits,
    taken: (text: string) => ["notify", "otel"].find((key) => key in edits.foreign(text)),
  };
}

function blocksFor(document: Record<string, unknown>, url: string, program: HookProgram): TomlBlocks {
  const words = program.words("codex", url).map(tomlString).join(", ");
  const endpoint = tomlString(`${url}/v1/logs`);
  return {
    top: "notify" in document ? "" : `notify = [${words}]`,
    end:
      "otel" in document
        ? ""
        : `[otel]\nlog_user_prompt = true\nexporter = { otlp-http = { endpoint = ${endpoint}, protocol = "json" } }`,
  };
}
