import { isMainThread } from "node:worker_threads";

/** What has something to do before the process ends. */
export interface Exiting {
  /** Signals may be held up for it. */
  handlesSignals: boolean;
  hasUnsent(): boolean;
  /** Sends what it can, within a bound. Never rejects. */
  flushAtExit(): Promise<void>;
  /** Sends what it can for as long as the program goes on. */
  hasten(): void;
  /** The last moment: nothing that takes time. */
  letGo(): void;
}

type ExitSignal = "SIGTERM" | "SIGINT";
const exitSignals: readonly ExitSignal[] = ["SIGTERM", "SIGINT"];

const live = new Set<Exiting>();
let flushed = false;
let ending: ExitSignal | undefined;

/** From now on the end of the process is also the end of this. */
export function watchExit(exiting: Exiting): void {
  if (live.size === 0) install();
  live.add(exiting);
}

export function unwatchExit(exiting: Exiting): void {
  if (live.delete(exiting) && live.size === 0) uninstall();
}

function install(): void {
  process.on("beforeExit", onBeforeExit);
  process.on("exit", onExit);
  if (isMainThread) for (const signal of exitSignals) process.on(signal, onSignal);
}

function uninstall(): void {
  process.off("beforeExit", onBeforeExit);
  process.off("exit", onExit);
  for (const signal of exitSignals) process.off(signal, onSignal);
}

/** The program has nothing left to do. Flushing gives it something, and this is called again. */
function onBeforeExit(): void {
  if (flushed || !hasUnsent()) return;
  flushed = true;
  void flushAll();
}

function onExit(): void {
  for (const exiting of live) exiting.letGo();
}

/**
 * Where the program has a listener of its own, what happens is its business. Else the signal would
 * have ended the process: it does so still, only a little later if something is unsent.
 */
function onSignal(signal: ExitSignal): void {
  if (ownListeners(signal) > 0 || ![...live].some(({ handlesSignals }) => handlesSignals)) {
    for (const exiting of live) exiting.hasten();
    if (ownListeners(signal) === 0) raise(signal);
    return;
  }
  if (ending !== undefined || !hasUnsent()) return raise(signal);
  ending = signal;
  void flushAll().then(() => raise(signal));
}

function raise(signal: ExitSignal): void {
  onExit();
  for (const each of exitSignals) process.off(each, onSignal);
  process.kill(process.pid, signal);
}

/**
 * Listeners that decide what the signal does. Those of the package signal-exit do not: they leave
 * the process to whoever else listens, and end it where nobody does.
 */
function ownListeners(signal: ExitSignal): number {
  return process.listenerCount(signal) - 1 - signalExitListeners();
}

interface Counted {
  count?: unknown;
}

function signalExitListeners(): number {
  const { __signal_exit_emitter__: third } = process as unknown as Record<string, Counted | undefined>;
  const fourth = (globalThis as Record<symbol, Counted | undefined>)[Symbol.for("signal-exit emitter")];
  return [third, fourth].reduce((sum, emitter) => sum + (typeof emitter?.count === "number" ? emitter.count : 0), 0);
}

function hasUnsent(): boolean {
  return [...live].some((exiting) => exiting.hasUnsent());
}

async function flushAll(): Promise<void> {
  await Promise.all([...live].map((exiting) => exiting.flushAtExit()));
}
