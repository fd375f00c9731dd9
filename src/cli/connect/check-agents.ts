import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import type { CliContext } from "../context.js";
import {
  agents,
  agentNames,
  connectionOf,
  placesOf,
  type AgentName,
  type Connection,
  type ConnectOptions,
} from "./agents.js";
import { note, ok, problem, type Finding } from "./findings.js";
import { findOnPath } from "./programs.js";
import { approvalsIn, serverIn } from "./server-in.js";
import { readText, type SettingsFile } from "./settings-file.js";

const patienceMs = 5_000;

/**
 * Which agents are here, and which of their settings speak to which server. `to` are the words by which a command
 * names the server, none where it is the one that `connect` takes by itself.
 */
export async function checkAgents(options: ConnectOptions, context: CliContext, to = ""): Promise<Finding[]> {
  const findings = await Promise.all(agentNames.map((name) => checkAgent(name, options, context, to)));
  return findings.flat();
}

async function checkAgent(
  name: AgentName,
  options: ConnectOptions,
  context: CliContext,
  to: string,
): Promise<Finding[]> {
  const { title, command } = agents[name];
  const path = findOnPath(command, context);
  const found =
    path === undefined
      ? `${title} is not on the PATH`
      : `${title} ${(await versionOf(path)) ?? "(unknown version)"} is ${path}`;
  const places = placesOf(options).filter(([each]) => each === name);
  const connected = distinct(places, context).flatMap(([, place]) => checkPlace(name, place, context, to));
  const here = path === undefined ? note : ok;
  if (connected.length > 0) return [here(name, `${found}.`), ...connected];
  const plugin = name === "claude-code" ? pluginIn(options, context) : undefined;
  if (plugin !== undefined) return [here(name, `${found}; its plugin session-monitor is installed (${plugin}).`)];
  if (path === undefined) return [note(name, `${found}, and nothing of it is connected.`)];
  return [note(name, `${found}, and not connected.`, `claude-sessions connect ${name}${to}`)];
}

/** In the home folder a project's settings are the user's own. */
function distinct(places: readonly [AgentName, ConnectOptions][], context: CliContext) {
  const paths = places.map(([name, place]) => connectionOf(name, place, context).settings[0]!.path);
  return places.filter((_, index) => paths.indexOf(paths[index]!) === index);
}

function checkPlace(name: AgentName, place: ConnectOptions, context: CliContext, to: string): Finding[] {
  const standing = standingApprovals(name, place, context);
  const option = place.managed ? " --managed" : place.project ? " --project" : "";
  const approvals = standing === undefined ? "" : ` --approvals ${standing}`;
  const connection = connectionOf(name, { ...place, approvals: standing }, context);
  const repair = `claude-sessions connect ${name}${option}${approvals}`;
  const answers = standing === undefined ? "" : ` A person can answer permission requests there for ${standing} s.`;
  return connection.settings.flatMap((file) =>
    checkFile(name, file, { ...connection, url: place.url, repair, to, answers }),
  );
}

interface Place extends Pick<Connection, "program"> {
  url: string;
  /** The command that writes the settings anew. */
  repair: string;
  to: string;
  answers: string;
}

function checkFile(name: AgentName, { path, edits }: SettingsFile, place: Place): Finding[] {
  const { program, url, repair, to, answers } = place;
  const text = readText(path);
  if (text === undefined) return [];
  let wanted: string;
  try {
    wanted = edits.add(text);
  } catch (error) {
    return [problem(name, (error as Error).message, `\${EDITOR:-vi} ${path}; ${repair}${to}`)];
  }
  const server = serverIn(text, name);
  if (server === undefined) return [];
  if (server !== url)
    return [problem(name, `${path} speaks to ${server}, and not to ${url}.`, `${repair} --url ${url}`)];
  if (!existsSync(program.path) && text.includes(program.path)) {
    return [problem(name, `${path} names ${program.path}, which is not there.`, `${repair}${to}`)];
  }
  if (wanted !== text) return [problem(name, `${path} is connected in part, or by another version.`, `${repair}${to}`)];
  return [ok(name, `${path} speaks to ${server}.${answers}`)];
}

function standingApprovals(name: AgentName, place: ConnectOptions, context: CliContext): number | undefined {
  if (name !== "claude-code") return undefined;
  const [file] = connectionOf(name, place, context).settings;
  return approvalsIn(readText(file!.path) ?? "", name);
}

function pluginIn(options: ConnectOptions, context: CliContext): string | undefined {
  const [first] = connectionOf("claude-code", { ...options, managed: false, project: false }, context).settings;
  const text = first && readText(first.path);
  return /"(session-monitor@[^"]+)"\s*:\s*true/.exec(text ?? "")?.[1];
}

function versionOf(path: string): Promise<string | undefined> {
  return new Promise((resolve) => {
    execFile(path, ["--version"], { timeout: patienceMs }, (error, stdout) => {
      resolve(error ? undefined : /\d+\.\d+\.\d+\S*/.exec(stdout)?.[0]);
    });
  });
}
