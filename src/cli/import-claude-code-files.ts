import { readFileSync, readdirSync, statSync, type Dirent } from "node:fs";
import { basename, dirname, join } from "node:path";
import { isJsonObject, type JsonObject } from "../core/json.js";
import { sessionIdFor } from "../server/ingest/telling/input.js";
import type { AgentFile } from "../server/ingest/claude-code-transcript/agents.js";
import { readHead } from "./import-claude-code-tail.js";

/** One file of a session's transcripts: the main agent's, or with `agent` a subagent's. */
export interface TranscriptFile {
  path: string;
  agent?: AgentFile;
  size: number;
  /** Epoch milliseconds. */
  modified: number;
}

/** A session and the files that tell of it. */
export interface TranscriptSession {
  sessionId: string;
  files: TranscriptFile[];
  size: number;
  modified: number;
}

export interface Found {
  sessions: TranscriptSession[];
  /** Folders and files that could not be looked at, and why. */
  problems: string[];
}

/** The sessions whose transcripts lie in a configuration folder of Claude Code, the oldest first. */
export function findTranscripts(configDir: string): Found {
  const problems: string[] = [];
  const projects = join(configDir, "projects");
  const bySession = new Map<string, TranscriptFile[]>();
  for (const project of list(projects, problems).filter((entry) => entry.isDirectory())) {
    for (const [sessionId, file] of filesOf(join(projects, project.name), problems)) {
      bySession.set(sessionId, [...(bySession.get(sessionId) ?? []), file]);
    }
  }
  const sessions = [...bySession].map(([sessionId, files]) => ({
    sessionId,
    files,
    size: files.reduce((sum, { size }) => sum + size, 0),
    modified: Math.max(...files.map(({ modified }) => modified)),
  }));
  return { sessions: sessions.toSorted((a, b) => a.modified - b.modified), problems };
}

function* filesOf(project: string, problems: string[]): Generator<[string, TranscriptFile]> {
  for (const entry of list(project, problems)) {
    const path = join(project, entry.name);
    if (entry.isDirectory()) {
      for (const file of agentsIn(join(path, "subagents"), problems)) yield [sessionIdFor(entry.name), file];
    } else if (entry.name.endsWith(".jsonl")) {
      const file = look(path, problems);
      const sessionId = file && sessionOf(path);
      if (file && sessionId !== undefined) yield [sessionId, file];
    }
  }
}

/** Subagents' files, also those of workflows, which lie in folders of their own. */
function* agentsIn(folder: string, problems: string[], depth = 0): Generator<TranscriptFile> {
  for (const entry of list(folder, problems, true)) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && depth < 3) yield* agentsIn(path, problems, depth + 1);
    const file = isAgentFile(entry.name) ? look(path, problems) : undefined;
    if (file) yield file;
  }
}

function isAgentFile(name: string): boolean {
  return name.startsWith("agent-") && name.endsWith(".jsonl");
}

/** A main transcript is named after its session; a subagent's of an older release names it in its lines. */
function sessionOf(path: string): string | undefined {
  const name = basename(path, ".jsonl");
  if (!isAgentFile(basename(path))) return sessionIdFor(name);
  const named = readHead(path, (line) => (typeof line["sessionId"] === "string" ? line["sessionId"] : undefined));
  return named === undefined ? undefined : sessionIdFor(named);
}

function look(path: string, problems: string[]): TranscriptFile | undefined {
  try {
    const { size, mtimeMs } = statSync(path);
    const name = basename(path, ".jsonl");
    const agent = isAgentFile(basename(path)) ? agentOf(path, name.slice("agent-".length)) : undefined;
    return { path, size, modified: mtimeMs, ...(agent && { agent }) };
  } catch (error) {
    if (!isGone(error)) problems.push(`${path}: ${reason(error)}`);
    return undefined;
  }
}

/** What `.meta.json` says of a subagent; it may be missing, or half written. */
function agentOf(path: string, agentId: string): AgentFile {
  const meta = readMeta(join(dirname(path), `agent-${agentId}.meta.json`));
  return { agentId, ...(meta && { meta }) };
}

function readMeta(path: string): JsonObject | undefined {
  try {
    const meta: unknown = JSON.parse(readFileSync(path, "utf8"));
    return isJsonObject(meta) ? meta : undefined;
  } catch {
    return undefined;
  }
}

function list(folder: string, problems: string[], mayBeMissing = false): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    if (!(mayBeMissing && isGone(error))) problems.push(`${folder}: ${reason(error)}`);
    return [];
  }
}

export function isGone(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === "ENOENT" || code === "ENOTDIR";
}

const reasons: Record<string, string> = {
  EACCES: "permission denied",
  EPERM: "permission denied",
  ENOENT: "there is no such file or folder",
  EISDIR: "it is a folder",
  EIO: "the disk could not read it",
};

export function reason(error: unknown): string {
  const { code = "", message } = error as NodeJS.ErrnoException;
  return reasons[code] ?? message;
}
