import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import type { CliContext } from "../context.js";
import { agents, agentNames, connectionOf, placesOf, type AgentName, type ConnectOptions } from "./agents.js";
import { note, ok, problem, type Finding } from "./findings.js";
import { findOnPath } from "./programs.js";
import { approvalsIn, serverIn } from "./server-in.js";
import { readText } from "./settings-file.js";

const patienceMs = 5_000;

/** Which agents are here, and which of their settings speak to which server. */
export async function checkAgents(options: ConnectOptions, context: CliContext): Promise<Finding[]> {
  const findings = await Promise.all(agentNames.map((name) => checkAgent(name, options, context)));
  return findings.flat();
}

async function checkAgent(name: AgentName, options: ConnectOptions, context: CliContext): Promise<Finding[]> {
  const { title, command } = agents[name];
  const path = findOnPath(command, context);
  const found =
    path === undefined
      ? `${title} is not on the PATH`
      : `${title} ${(await versionOf(path)) ?? "(unknown version)"} is ${path}`;
  const places = placesOf(options).filter(([each]) => each === name);
  const connected = distinct(places, context).flatMap(([, place]) => checkPlace(name, place, options.url, context));
  if (connected.length > 0) return [ok(name, `${found}.`), ...connected];
  const plugin = name === "claude-code" ? pluginIn(options, context) : undefined;
  if (plugin !== undefined) return [ok(name, `${found}; its plugin session-monitor is installed (${plugin}).`)];
  if (path === undefined) return [note(name, `${found}, and nothing of it is connected.`)];
  return [note(name, `${found}, and not connected.`, `claude-sessions connect ${name}`)];
}

/** In the home folder a project's settings are the user's own. */
function distinct(places: readonly [AgentName, ConnectOptions][], context: CliContext) {
  const paths = places.map(([name, place]) => connectionOf(name, place, context).settings[0]!.path);
  return places.filter((_, index) => paths.indexOf(paths[index]!) === index);
}

function checkPlace(name: AgentName, place: ConnectOptions, url: string, context: CliContext): Finding[] {
  const standing = standingApprovals(name, place, context);
  const option = place.managed ? " --managed" : place.project ? " --project" : "";
  const approvals = standing === undefined ? "" : ` --approvals ${standing}`;
  const repair = `claude-sessions connect ${name}${option}${approvals}`;
  const { settings, program } = connectionOf(name, { ...place, approvals: standing }, context);
  return settings.flatMap(({ path, edits }) => {
    const text = readText(path);
    const server = text === undefined ? undefined : serverIn(text, name);
    if (text === undefined || server === undefined) return [];
    if (server !== url)
      return [problem(name, `${path} speaks to ${server}, and not to ${url}.`, `${repair} --url ${url}`)];
    if (!existsSync(program.path) && text.includes(program.path)) {
      return [problem(name, `${path} names ${program.path}, which is not there.`, repair)];
    }
    try {
      if (edits.add(text) !== text)
        return [problem(name, `${path} is connected in part, or by another version.`, repair)];
    } catch (error) {
      return [problem(name, (error as Error).message, repair)];
    }
    const answers = standing === undefined ? "" : ` A person can answer permission requests there for ${standing} s.`;
    return [ok(name, `${path} speaks to ${server}.${answers}`)];
  });
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
