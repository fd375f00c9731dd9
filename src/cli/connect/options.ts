import { isAbsolute, resolve } from "node:path";
import { AppError } from "../../core/errors.js";
import { parseServerUrl } from "../../client/request.js";
import type { Cli } from "../cli.js";
import { serverUrl } from "../session-options.js";
import { agentNames, type AgentName, type ConnectOptions } from "./agents.js";

export interface ConnectFlags {
  url?: string;
  managed?: boolean;
  project?: boolean;
  http?: boolean;
  root?: string;
  /** True where no number was given. */
  approvals?: string | true;
  json?: boolean;
}

export function connectOptions(flags: ConnectFlags, cli: Cli): ConnectOptions {
  const { managed = false, project = false, root } = flags;
  return {
    url: parseServerUrl(serverUrl(flags, cli)),
    managed,
    project,
    http: flags.http ?? process.platform === "win32",
    root: root === undefined ? "" : resolve(cli.context.cwd, root),
    ...(flags.approvals !== undefined && { approvals: approvalSeconds(flags.approvals) }),
  };
}

const usualApprovalSeconds = 300;
const mostApprovalSeconds = 3600;

function approvalSeconds(given: string | true): number {
  if (given === true) return usualApprovalSeconds;
  const seconds = Number(given);
  if (/^\d+$/.test(given) && seconds >= 1 && seconds <= mostApprovalSeconds) return seconds;
  throw new AppError(
    "usage",
    `'${given}' is no wait: give --approvals whole seconds from 1 to ${mostApprovalSeconds}.`,
  );
}

/** `others` are names that stand beside the agents'. @throws AppError `usage` where it is none */
export function asAgentName(name: string, others: readonly string[] = []): AgentName {
  const found = agentNames.find((each) => each === name);
  if (found !== undefined) return found;
  const known = [...agentNames, ...others];
  const meant = known.find((each) => each.startsWith(name.toLowerCase()) || name.toLowerCase().startsWith(each));
  const hint = meant === undefined || name === "" ? "" : ` Did you mean ${meant}?`;
  throw new AppError("usage", `There is no agent '${name}'. There are ${known.join(", ")}.${hint}`);
}

/** A path as a person reads it. */
export function shownPath(path: string, home: string): string {
  return isAbsolute(path) && home !== "/" && path.startsWith(`${home}/`) ? `~${path.slice(home.length)}` : path;
}
