import { AppError } from "../../core/errors.js";
import type { CliContext } from "../context.js";
import { connectClaudeCode } from "./claude-code.js";
import { connectCodex } from "./codex.js";
import { connectGemini } from "./gemini.js";
import { readText, type SettingsFile } from "./settings-file.js";

export interface ConnectOptions {
  /** The server, without a slash at the end. */
  url: string;
  managed: boolean;
  project: boolean;
  /** HTTP hooks where the agent has them. */
  http: boolean;
  /** "" or the folder that an image is built in. */
  root: string;
  /** For so many seconds a permission request waits for a person to answer it through the server. */
  approvals?: number;
}

/** What `connect` writes for one agent. */
export interface Connection {
  settings: SettingsFile[];
  /** The program that the settings name. */
  program: { path: string; text: string; mode: number };
  /** The command with which the agent will run it, word by word. */
  words: string[];
  /** What a person should know. */
  notes: string[];
}

type Connect = (options: ConnectOptions, context: CliContext) => Connection;

interface Agent {
  /** Its own name, as people know it. */
  title: string;
  /** What starts it. */
  command: string;
  connect: Connect;
}

export const agents = {
  "claude-code": { title: "Claude Code", command: "claude", connect: connectClaudeCode },
  codex: { title: "Codex", command: "codex", connect: connectCodex },
  gemini: { title: "Gemini CLI", command: "gemini", connect: connectGemini },
} satisfies Record<string, Agent>;

export type AgentName = keyof typeof agents;
export const agentNames = Object.keys(agents) as AgentName[];

/** @throws AppError `usage` where the agent has no such settings */
export function connectionOf(name: AgentName, options: ConnectOptions, context: CliContext): Connection {
  if (name !== "claude-code" && options.managed) throw unsupported(name, "--managed");
  if (name === "codex" && options.project) throw unsupported(name, "--project");
  if (name !== "claude-code" && options.approvals !== undefined) {
    throw new AppError("usage", `${agents[name].title} cannot be answered through the server; leave --approvals out.`);
  }
  if (options.managed && options.project) {
    throw new AppError("usage", "Choose one of --managed (the whole machine) and --project (this folder).");
  }
  return agents[name].connect(options, context);
}

function unsupported(name: AgentName, option: string): AppError {
  return new AppError(
    "usage",
    `${agents[name].title} has no settings for ${option}. Leave it out to write this user's.`,
  );
}

/** Whether settings of this user or machine still name the program. */
export function isProgramUsed({ program }: Connection, options: ConnectOptions, context: CliContext): boolean {
  return placesOf(options).some(([name, place]) => {
    const other = connectionOf(name, place, context);
    return (
      other.program.path === program.path &&
      other.settings.some(({ path }) => readText(path)?.includes(other.words[1]!))
    );
  });
}

/** Every agent and every kind of settings that `connect` knows. */
export function placesOf(options: ConnectOptions): [AgentName, ConnectOptions][] {
  const { approvals: _approvals, ...known } = options;
  const user = { ...known, managed: false, project: false };
  return [
    ["claude-code", user],
    ["claude-code", { ...user, project: true }],
    ["claude-code", { ...user, managed: true }],
    ["codex", user],
    ["gemini", user],
    ["gemini", { ...user, project: true }],
  ];
}
