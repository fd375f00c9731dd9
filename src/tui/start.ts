import type { ViewSource } from "../view/source.js";
import type { DashboardContext } from "./dashboard.js";
import { takeTerminal } from "./terminal/take-terminal.js";

export interface StartOptions {
  /** Its input and output are terminals. */
  context: DashboardContext;
  /** For people: the server's URL, or the folder. */
  place: string;
  openSource(): Promise<ViewSource>;
  /** Opens with this session instead of the list. */
  sessionId?: string | undefined;
  /** Ends the dashboard. */
  signal?: AbortSignal;
  /** What a person can do where no server answers, a line each. */
  advice?: readonly string[];
}

/**
 * The dashboard, until the person leaves it. The terminal is as it was afterwards, whatever happens.
 * Its first frame is drawn before the rest is loaded, and before there is a connection.
 *
 * @returns the exit code: 0, 130 after Ctrl-C, 128 + the number of a signal
 */
export async function startDashboard(options: StartOptions): Promise<number> {
  const { context, place, sessionId, signal, openSource, advice } = options;
  const terminal = takeTerminal({ ...context, place, sessionId, signal });
  let source: ViewSource | undefined;
  try {
    source = await openSource();
    const { withHeadStart } = await import("./head-start.js");
    const ahead = withHeadStart(source, sessionId);
    const { runDashboard } = await withoutFetch(() => import("./dashboard.js"));
    return await runDashboard({ context, source: ahead, sessionId, advice, terminal });
  } finally {
    terminal.giveBack();
    await source?.close();
  }
}

/**
 * The layout engine fetches its own bytes, which it has at hand, where there is a `fetch`; for that
 * Node would load a whole HTTP client, which takes longer than everything else of the start.
 */
async function withoutFetch<T>(load: () => Promise<T>): Promise<T> {
  const { fetch } = globalThis;
  Reflect.deleteProperty(globalThis, "fetch");
  try {
    return await load();
  } finally {
    globalThis.fetch = fetch;
  }
}
