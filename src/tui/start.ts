import type { DashboardOptions } from "./dashboard.js";

/**
 * The dashboard, until the person leaves it. The terminal is as it was afterwards, whatever happens.
 *
 * @returns the exit code: 0, 130 after Ctrl-C, 128 + the number of a signal
 */
export async function startDashboard(options: DashboardOptions): Promise<number> {
  const { runDashboard } = await withoutFetch(() => import("./dashboard.js"));
  return runDashboard(options);
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
