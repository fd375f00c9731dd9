import { render } from "ink";
import { createElement } from "react";
import { createApprovals } from "../view/approvals-view.js";
import { realClock } from "../view/real-clock.js";
import type { ViewSource } from "../view/source.js";
import { Root } from "./Root.js";
import { liveAfter } from "./late-source.js";
import type { Services } from "./services.js";
import { createPace } from "./state/pace.js";
import { createUiStore } from "./state/ui-store.js";
import { initialUi } from "./state/ui.js";
import { clipboardSequence } from "./terminal/clipboard.js";
import { exportSession } from "./terminal/export-session.js";
import type { TerminalInput } from "./terminal/input.js";
import { openTerminal, type Terminal } from "./terminal/open-terminal.js";
import { showInPager } from "./terminal/pager.js";
import { guardTerminal, writeAtOnce } from "./terminal/restore.js";

const framesPerSecond = 20;
const standardOutput = 1;
/** Ink draws from the column that the cursor is in, also in a screen of its own. */
const lineStart = "\r";

export interface DashboardOptions {
  /** Both are terminals. */
  context: {
    stdin: TerminalInput;
    stdout: NodeJS.WritableStream;
    env: Readonly<Record<string, string | undefined>>;
    cwd: string;
  };
  /** Closed by the caller. */
  source: ViewSource;
  /** Opens with this session instead of the list. */
  sessionId?: string;
  /** Ends the dashboard. */
  signal?: AbortSignal;
  /** What a person can do where no server answers, a line each. */
  advice?: readonly string[];
}

/**
 * The dashboard, until the person leaves it. The terminal is as it was afterwards, whatever happens.
 *
 * @returns the exit code: 0, 130 after Ctrl-C, 128 + the number of a signal
 */
export async function runDashboard(options: DashboardOptions): Promise<number> {
  const { context, signal } = options;
  const { promise: left, resolve: leave } = Promise.withResolvers<number>();
  const crash = Promise.withResolvers<never>();
  const guard = guardTerminal({
    process,
    write: (text) => writeAtOnce(standardOutput, text),
    setRawMode: (raw) => context.stdin.setRawMode?.(raw),
    onSignal: leave,
    onCrash: crash.reject,
  });
  const onAbort = (): void => leave(130);
  signal?.addEventListener("abort", onAbort, { once: true });
  context.stdout.write(lineStart);
  const terminal = openTerminal({ ...context, write: (text) => void context.stdout.write(text) });
  const { services, instance } = open(options, terminal, leave);
  try {
    return await Promise.race([left, crash.promise, instance.waitUntilExit().then(() => 0)]);
  } finally {
    signal?.removeEventListener("abort", onAbort);
    services.approvals.close();
    instance.unmount();
    terminal.keyboard.close();
    guard.restore();
    guard.release();
  }
}

function open(options: DashboardOptions, terminal: Terminal, leave: (code: number) => void) {
  const { context, sessionId, advice } = options;
  const firstFrame = Promise.withResolvers<void>();
  const source = liveAfter(firstFrame.promise, options.source);
  const { stdout, env, cwd } = context;
  const { keyboard, theme } = terminal;
  const pace = createPace(realClock, cpuMilliseconds);
  const services: Omit<Services, "page"> = {
    source,
    clock: realClock,
    ui: createUiStore(initialUi(sessionId ?? null)),
    pace,
    approvals: createApprovals({ source, clock: realClock }),
    copy(text) {
      const sequence = clipboardSequence(text);
      if (sequence !== undefined) stdout.write(sequence);
      return sequence !== undefined;
    },
    exportSession: (id) => exportSession(source, id, cwd),
    exit: leave,
    advice: advice ?? defaultAdvice,
  };
  const page = async (text: string, name: string): Promise<void> => {
    try {
      await showInPager(text, name, env);
    } finally {
      stdout.write(lineStart);
    }
  };
  const instance = render(createElement(Root, { services, theme, keyboard, page }), {
    stdout,
    stdin: keyboard.stdin,
    alternateScreen: true,
    incrementalRendering: true,
    maxFps: framesPerSecond,
    exitOnCtrlC: false,
    patchConsole: false,
    interactive: true,
    onRender: () => setImmediate(firstFrame.resolve),
  });
  return { services, instance };
}

function cpuMilliseconds(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

const defaultAdvice = [
  "Start one:            claude-sessions serve",
  "Name another:         claude-sessions watch --url http://host:9000",
  "Read files directly:  claude-sessions watch --storage /var/claude-sessions",
  "",
  "This goes on trying.",
];
