import { watch as watchFiles, type FSWatcher } from "node:fs";
import { join } from "node:path";
import { backoffDelay } from "../client/backoff.js";
import { AppError } from "../core/errors.js";
import type { Cli } from "./cli.js";
import { findTranscripts, type TranscriptSession } from "./import-claude-code-files.js";
import { Forks } from "./import-claude-code-forks.js";
import { SessionImport, type Send } from "./import-claude-code-session.js";
import type { TranscriptTarget } from "./import-claude-code-target.js";
import type { TranscriptImportOptions } from "./import-claude-code.js";
import { printable } from "./text.js";

export interface WatchOptions extends TranscriptImportOptions {
  /** How often the folder is looked through, for what no notice came of; milliseconds. */
  pollMs?: number;
}

/** A session that is followed. */
interface Followed {
  session: SessionImport;
  size: number;
  modified: number;
  /** How many of {@link quietMs} have passed since it was written to, and were told of. */
  stood: number;
}

/** Where a session stands is told when it has been quiet for so long: nothing more comes; nobody is there. */
const quietMs = [1_000, 60_000, 31 * 60_000];

/** Follows the transcripts until the signal; holds on to what it read while the server is away. */
export async function watchTranscripts(cli: Cli, target: TranscriptTarget, options: WatchOptions): Promise<void> {
  const { configDir, since, signal, pollMs = 2_000 } = options;
  const followed = new Map<string, Followed>();
  const forks = new Forks();
  const reported = new Set<string>();
  const note = (problem: string) => {
    if (!reported.has(problem)) cli.note(printable(problem));
    reported.add(problem);
  };
  const send = patient(cli, signal);
  const bell = createBell(join(configDir, "projects"));
  const progress = { read: () => {}, problem: note };
  try {
    while (!signal.aborted) {
      const { sessions, problems } = findTranscripts(configDir);
      problems.forEach(note);
      const moved = sessions.filter(
        (session) => session.modified >= since && isNews(followed.get(session.sessionId), session),
      );
      const unknown = new Set(moved.map(({ sessionId }) => sessionId).filter((id) => !followed.has(id)));
      const { forks: copied, blank } = forks.find(unknown.size > 0 ? sessions : [], unknown);
      for (const session of moved) {
        const { sessionId, size, modified } = session;
        if (blank.has(sessionId)) continue;
        const known = followed.get(sessionId)?.session ?? new SessionImport(sessionId, target, copied.get(sessionId));
        followed.set(sessionId, { session: known, size, modified, stood: 0 });
        await guarded(() => known.goOn(session, send, progress), note, signal);
      }
      for (const each of followed.values()) await guarded(() => standBy(each, cli.context.now(), send), note, signal);
      await bell.rung(pollMs, signal);
    }
  } finally {
    bell.close();
  }
}

function isNews(known: Followed | undefined, { size, modified }: TranscriptSession): boolean {
  return known === undefined || known.size !== size || known.modified !== modified;
}

async function standBy(followed: Followed, now: number, send: Send): Promise<void> {
  const due = quietMs.filter((quiet) => now - followed.modified >= quiet).length;
  if (due <= followed.stood) return;
  followed.stood = due;
  await followed.session.stand(send);
}

/** A session that cannot be stored holds up no other; only the end of the watch ends it. */
async function guarded(run: () => Promise<void>, note: (problem: string) => void, signal: AbortSignal): Promise<void> {
  try {
    await run();
  } catch (error) {
    if (signal.aborted || !(error instanceof AppError)) throw error;
    note(error.message);
  }
}

/** Tries again for as long as the server is away or cannot store, and says so once. */
function patient(cli: Cli, signal: AbortSignal): Send {
  let isAway = false;
  return async (hand) => {
    for (let attempt = 1; ; attempt++) {
      signal.throwIfAborted();
      try {
        const stored = await hand();
        if (isAway) cli.note("The server is back; going on.");
        isAway = false;
        return stored;
      } catch (error) {
        const isPassing = error instanceof AppError && (error.code === "no_server" || error.retryable);
        if (!isPassing) throw error;
        if (!isAway) cli.note(`${printable(error.message)} What was read is kept meanwhile.`);
        isAway = true;
        await pause(Math.max(100, backoffDelay(attempt, { capMs: 5_000 })), signal);
      }
    }
  };
}

/** Rings when something in a folder changes, as far as the system tells. */
function createBell(folder: string) {
  let ring = () => {};
  let rung = false;
  let watcher: FSWatcher | undefined;
  const listen = () => {
    try {
      watcher ??= watchFiles(folder, { recursive: true, persistent: false }, () => {
        rung = true;
        ring();
      }).on("error", () => {
        watcher?.close();
        watcher = undefined;
      });
    } catch {
      // Not there yet, or this system cannot tell: the folder is looked through all the same.
    }
  };
  return {
    async rung(atMost: number, signal: AbortSignal): Promise<void> {
      listen();
      if (!rung) {
        const { promise, resolve } = Promise.withResolvers<void>();
        ring = resolve;
        await Promise.race([promise, pause(atMost, signal)]);
      }
      rung = false;
    },
    close: () => watcher?.close(),
  };
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, milliseconds);
    signal.addEventListener("abort", end, { once: true });
  });
}
