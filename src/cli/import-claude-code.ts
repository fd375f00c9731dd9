import { AppError } from "../core/errors.js";
import type { Cli } from "./cli.js";
import { findTranscripts, type TranscriptSession } from "./import-claude-code-files.js";
import { Forks } from "./import-claude-code-forks.js";
import { SessionImport, type Send } from "./import-claude-code-session.js";
import type { TranscriptTarget } from "./import-claude-code-target.js";
import { createProgress } from "./progress.js";

export interface ImportedTranscripts {
  sessions: number;
  /** Events that are stored now. */
  stored: number;
  /** What could not be read, and why. */
  problems: string[];
}

export interface TranscriptImportOptions {
  configDir: string;
  /** Epoch milliseconds: sessions that were last written to before are passed over. */
  since: number;
  signal: AbortSignal;
}

/** So many sessions at once: while one waits for the disk, another is read. */
const atOnce = 4;

/** Stores what the transcripts in a configuration folder of Claude Code tell, and no more than what is not stored yet. */
export async function importTranscripts(
  cli: Cli,
  target: TranscriptTarget,
  { configDir, since, signal }: TranscriptImportOptions,
): Promise<ImportedTranscripts> {
  const { sessions, problems } = findTranscripts(configDir);
  const recent = sessions.filter(({ modified }) => modified >= since);
  const { forks, blank } = new Forks().find(sessions, new Set(recent.map(({ sessionId }) => sessionId)));
  const wanted = recent.filter(({ sessionId }) => !blank.has(sessionId));
  const report: ImportedTranscripts = { sessions: 0, stored: 0, problems };
  const bar = createProgress("Reading transcripts, bytes", cli.context);
  const total = wanted.reduce((sum, { size }) => sum + size, 0);
  let done = 0;
  const progress = {
    read: (bytes: number) => bar.update({ done: (done += bytes), total }),
    problem: (problem: string) => void problems.push(problem),
  };
  const send: Send = (hand) => {
    signal.throwIfAborted();
    return hand();
  };
  const one = async (session: TranscriptSession) => {
    const imported = new SessionImport(session.sessionId, target, forks.get(session.sessionId));
    await imported.goOn(session, send, progress);
    await imported.stand(send);
    report.sessions += 1;
    report.stored += imported.stored;
  };
  try {
    await inParallel(wanted, one);
  } finally {
    bar.end();
  }
  return report;
}

async function inParallel<T>(items: readonly T[], run: (item: T) => Promise<void>): Promise<void> {
  const rest = [...items];
  const worker = async () => {
    for (let item = rest.shift(); item !== undefined; item = rest.shift()) await run(item);
  };
  const workers = Array.from({ length: Math.min(atOnce, items.length) }, worker);
  const failed = (await Promise.allSettled(workers)).find(({ status }) => status === "rejected");
  if (failed?.status === "rejected") throw failed.reason;
}

/** @throws AppError `usage` where there is no folder of transcripts */
export function requireConfigDir(configDir: string, found: boolean): void {
  if (found) return;
  const message = `There are no transcripts of Claude Code in ${configDir} (it would have a folder 'projects'). Say where with --config-dir <dir> or CLAUDE_CONFIG_DIR.`;
  throw new AppError("usage", message);
}
