import { render } from "ink";
import { createElement } from "react";
import { createApprovals } from "../view/approvals-view.js";
import { realClock } from "../view/real-clock.js";
import type { ViewSource } from "../view/source.js";
import { beginView, type BegunView } from "./begun-view.js";
import { keepHeapSmall } from "./small-heap.js";
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
import type { TakenTerminal } from "./terminal/take-terminal.js";
import { showInPager } from "./terminal/pager.js";

const framesPerSecond = 20;
/** Ink draws from where the cursor is, also in a screen of its own, and leaves alone what it has nothing for. */
const emptyScreen = "\u001b[2J\u001b[H";
const lineStart = "\r";

export interface DashboardContext {
  stdin: TerminalInput;
  stdout: NodeJS.WritableStream;
  env: Readonly<Record<string, string | undefined>>;
  cwd: string;
}

export interface DashboardOptions {
  context: DashboardContext;
  /** Given back by the caller. */
  terminal: TakenTerminal;
  /** Closed by the caller. */
  source: ViewSource;
  sessionId?: string | undefined;
  advice?: readonly string[] | undefined;
}

/**
 * The dashboard, until the person leaves it.
 *
 * @returns the exit code: 0, 130 after Ctrl-C, 128 + the number of a signal
 */
export async function runDashboard(options: DashboardOptions): Promise<number> {
  const { context, terminal: taken, sessionId } = options;
  const terminal = openTerminal({ ...context, write: (text) => void context.stdout.write(text) });
  const firstFrame = Promise.withResolvers<void>();
  const source = liveAfter(firstFrame.promise, options.source);
  const begun = beginView(source, realClock, sessionId);
  const services = servicesOf({ ...options, source }, begun);
  let unmount = (): void => {};
  let letHeapGrow = (): void => {};
  try {
    const over = Promise.race([taken.left, taken.crashed]);
    await Promise.race([begun.ready, over]);
    // Loading takes room that is not needed again: what is kept small is what runs from now on.
    letHeapGrow = keepHeapSmall();
    const instance = draw(options, terminal, services, () => setImmediate(firstFrame.resolve));
    unmount = () => instance.unmount();
    return await Promise.race([over, instance.waitUntilExit().then(() => 0)]);
  } finally {
    services.approvals.close();
    begun.close();
    letHeapGrow();
    unmount();
    terminal.keyboard.close();
  }
}

type FixedServices = Omit<Services, "page" | "stop">;

function servicesOf(
  { context, source, sessionId, terminal, advice }: DashboardOptions,
  begun: BegunView,
): FixedServices {
  const { stdout, cwd } = context;
  return {
    source,
    begun,
    clock: realClock,
    ui: createUiStore(initialUi(sessionId ?? null)),
    pace: createPace(realClock, cpuMilliseconds),
    approvals: createApprovals({ source, clock: realClock }),
    copy(text) {
      const sequence = clipboardSequence(text);
      if (sequence !== undefined) stdout.write(sequence);
      return sequence !== undefined;
    },
    exportSession: (id) => exportSession(source, id, cwd),
    exit: terminal.leave,
    advice: advice ?? defaultAdvice,
  };
}

function draw({ context }: DashboardOptions, terminal: Terminal, services: FixedServices, onRender: () => void) {
  const { stdout, env } = context;
  const { keyboard, theme } = terminal;
  const page = (text: string, name: string): Promise<void> => showInPager(text, name, env);
  const toLineStart = (): void => void stdout.write(lineStart);
  stdout.write(emptyScreen);
  return render(createElement(Root, { services, theme, keyboard, page, toLineStart }), {
    stdout,
    stdin: keyboard.stdin,
    alternateScreen: true,
    incrementalRendering: true,
    maxFps: framesPerSecond,
    exitOnCtrlC: false,
    patchConsole: false,
    interactive: true,
    onRender,
  });
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
