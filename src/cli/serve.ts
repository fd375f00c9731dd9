import { setFlagsFromString } from "node:v8";
import type { Logger } from "pino";
import { AppError } from "../core/errors.js";
import { numberOf } from "../core/number-of.js";
import { isLoopback } from "../server/hosts.js";
import { createMetrics } from "../server/metrics.js";
import { startServer, type RunningServer } from "../server/start-server.js";
import { openFileStore } from "../storage/file/file-store.js";
import type { SessionStore } from "../storage/session-store.js";
import { facts, welcome } from "./banner.js";
import type { Cli } from "./cli.js";
import { createLog } from "./log.js";
import { createProgress } from "./progress.js";
import type { ServeSettings } from "./serve-settings.js";
import { version } from "./version.js";

/** A stop takes at most this long; what it had no time for is made up for at the next start. */
const stopMs = 4_800;

/** In which the largest spool is sent. */
const keptInputsMs = 120_000;
/** Listening there, a server is to be reached on loopback too. */
const everyAddress: ReadonlySet<string> = new Set(["0.0.0.0", "::"]);

/** Serves until a signal comes, then lets requests finish and closes the store. A second signal ends the process at once. */
export async function serve(cli: Cli, settings: ServeSettings): Promise<void> {
  keepSmall();
  const { context } = cli;
  const { logger, flush } = createLog(settings, context);
  const stop = onFirstSignal(cli);
  const metrics = createMetrics();
  try {
    const store = await Promise.race([openStore(), interruptedBy(stop.signalled)]);
    const server = await start(store);
    await announce(cli, settings, server);
    void takeKeptInputs(cli, settings, server.port, logger);
    warnOf(settings, server, logger);
    logger.info({ signal: await stop.signalled }, "stopping: requests in flight finish first");
    await withinTime(server.close().then(() => store.close()));
    logger.info("stopped");
  } finally {
    stop.release();
    flush();
  }

  async function openStore(): Promise<SessionStore> {
    const progress = createProgress("Building the index", context);
    const store = await openFileStore({
      path: settings.storage,
      durability: settings.durability,
      now: context.now,
      observer: metrics.storage,
      onNotice: ({ level, message, detail }) => logger[level]({ ...detail }, message),
      onIndexProgress: progress.update,
    }).catch((error: unknown) => {
      throw explainStorage(error, settings.storage);
    });
    // Writes are taken meanwhile; figures need the whole catalogue.
    void store.stats().then(progress.end, progress.end);
    return store;
  }

  async function start(store: SessionStore) {
    const { host, port, dashboardPort, allowOrigins, implicitSessions, maxBody } = settings;
    try {
      return await startServer({
        store,
        host,
        port,
        ...(dashboardPort !== "none" && { dashboardPort }),
        allowOrigins,
        implicitSessions,
        maxBodyBytes: maxBody,
        logger,
        metrics,
        version,
        now: context.now,
      });
    } catch (error) {
      await store.close();
      throw explain(error, settings);
    }
  }
}

async function announce(cli: Cli, settings: ServeSettings, { url, port, dashboard }: RunningServer): Promise<void> {
  const { context } = cli;
  const dashboardUrl = dashboard && "url" in dashboard ? dashboard.url : `${url}/dashboard`;
  const command = commandName(context.env);
  const running = { url, dashboardUrl, version, settings: { ...settings, port }, command };
  await cli.out.write(context.isTTY.stdout ? welcome(running, cli.paint) : facts(running));
}

function warnOf({ durability }: ServeSettings, { url, dashboard }: RunningServer, logger: Logger): void {
  if (dashboard && "refused" in dashboard) {
    logger.warn(`the dashboard is under ${url}/dashboard alone: ${dashboard.refused.message}`);
  }
  if (durability === "relaxed") {
    logger.warn("durability is relaxed: events of the last moments before a power cut may be lost");
  }
}

/** What this user's hooks kept while no server was here. */
async function takeKeptInputs({ context }: Cli, { host }: ServeSettings, port: number, logger: Logger): Promise<void> {
  if (!isLoopback(host) && !everyAddress.has(host)) return;
  try {
    const { sendKeptInputs } = await import("../hook/flush.js");
    const taken = await sendKeptInputs(port, { env: context.env, timeoutMs: keptInputsMs, now: context.now });
    if (taken > 0) logger.info({ taken }, `took ${numberOf(taken, "hook input")} kept while no server was here`);
  } catch (error) {
    logger.warn({ err: error }, "hook inputs that were kept could not be read");
  }
}

/** npm, which also runs `npx` and `npm start`, finds the command where a shell does not. */
function commandName(env: NodeJS.ProcessEnv): string {
  return env["npm_command"] === undefined ? "claude-sessions" : "npx claude-sessions";
}

function onFirstSignal({ context }: Cli): { signalled: Promise<string>; release: () => void } {
  const { promise, resolve } = Promise.withResolvers<string>();
  let stopping = false;
  const release = context.onSignal((signal) => {
    if (stopping) context.exit(130);
    stopping = true;
    resolve(signal);
  });
  return { signalled: promise, release };
}

/** Until the store is open there is nothing to let finish. */
async function interruptedBy(signalled: Promise<string>): Promise<never> {
  await signalled;
  throw new AppError("interrupted", "Interrupted.");
}

async function withinTime(stopped: Promise<void>): Promise<void> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(
    () =>
      reject(
        new AppError(
          "internal",
          "Stopping took too long and was broken off. Nothing acknowledged is lost: the next start takes it from the journal.",
        ),
      ),
    stopMs,
  );
  try {
    await Promise.race([stopped, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** At the start nobody has sent a write yet: what there is to say is that another folder is needed. */
function explainStorage(error: unknown, path: string): unknown {
  if (!(error instanceof AppError) || error.code !== "storage_unavailable") return error;
  const message = `Sessions cannot be stored in ${path}. Check that it is a folder, or can be made one, which this user may write; or choose another with --storage.`;
  return new AppError("storage_unavailable", message, { cause: error });
}

/** Why the address is refused, and how to choose another. */
function explain(error: unknown, { host, port }: ServeSettings): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === "EACCES")
    return new AppError("usage", `This user may not listen on port ${port}. Choose one above 1023 with --port.`, {
      cause: error,
    });
  if (code === "EADDRNOTAVAIL" || code === "ENOTFOUND") {
    return new AppError("usage", `This machine has no address '${host}' to listen on. Choose another with --host.`, {
      cause: error,
    });
  }
  return error;
}

/**
 * Under load V8 lets its youngest generation grow to 100 MB and more, for little speed; here it
 * stays at what it starts with. As a flag at run time, since it has no other.
 */
function keepSmall(): void {
  setFlagsFromString("--semi-space-growth-factor=1");
}
