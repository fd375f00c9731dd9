import { join } from "node:path";
import type { CliContext } from "../context.js";
import type { Connection, ConnectOptions } from "./agents.js";
import { hookEdits } from "./edit-hooks.js";
import { under, userFolder } from "./places.js";
import { hookProgram, shellCommand, type HookProgram } from "./programs.js";
import { movable } from "./server-in.js";

/** Without those around each request to the model, which carry the whole conversation every time: telemetry tells of them. */
const geminiEvents = [
  "SessionStart",
  "SessionEnd",
  "BeforeAgent",
  "AfterAgent",
  "BeforeTool",
  "AfterTool",
  "PreCompress",
  "Notification",
] as const;

export function connectGemini({ url, root, project }: ConnectOptions, context: CliContext): Connection {
  const { env, home, cwd } = context;
  const program = hookProgram(userFolder(context));
  const folder = under(root, project ? cwd : env["GEMINI_CLI_HOME"] || home);
  const path = join(folder, ".gemini", "settings.json");
  return {
    settings: [
      { path, edits: movable("gemini", url, (server) => hookEdits(path, settings(server, program), "gemini")) },
    ],
    program: { ...program.file, path: under(root, program.file.path) },
    words: program.words("gemini", url),
    notes: [],
  };
}

function settings(url: string, program: HookProgram) {
  const groups = geminiEvents.map((event) => {
    const command = shellCommand(program.words("gemini", url, { last: event === "SessionEnd" }));
    // Its timeouts are milliseconds.
    return [event, { hooks: [{ type: "command", name: "claude-sessions", command, timeout: 5_000 }] }];
  });
  const telemetry = { enabled: true, target: "local", useCollector: true, otlpEndpoint: url, otlpProtocol: "http" };
  return {
    groups: Object.fromEntries(groups),
    values: Object.entries(telemetry).map(([key, value]) => ({ path: ["telemetry", key], value })),
  };
}
