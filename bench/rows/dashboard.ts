import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Browser, BrowserType, CDPSession, Page } from "playwright-core";
import { createClient, type Client } from "../../src/client/http-client.js";
import type { EventInput } from "../../src/client/types.js";
import { manySessions, untilIndexed, type Group } from "../bench.js";
import { atMost, interleave, within, type Figure } from "../figures.js";
import { bigSession } from "../make-store.js";
import { sessionIds } from "../payload.js";
import { startServer, type Server } from "../server.js";

const browsers = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
const flags = [
  "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync",
]; // prettier-ignore
const session = "watched";
const [smallSession = ""] = sessionIds(manySessions, "session");
const rounds = 3;
const perSecond = 1_000;
const warmUpMs = 3_000;
const measuredMs = 10_000;
/** An hour of a busy session: 20 events a second. */
const hourOfEvents = 72_000;

/** The web dashboard: how soon it shows something, how smooth it stays, and what it holds on to. */
export const dashboard: Group = {
  name: "dashboard",
  needsStores: true,
  async run(bench) {
    const executablePath = browsers.find((path) => existsSync(path));
    if (executablePath === undefined) {
      bench.say("the dashboard is not measured: there is no Chromium on this machine");
      return [];
    }
    // Not part of the bundle: it looks for files of its own beside itself.
    const { chromium } = createRequire(join(process.cwd(), "package.json"))("playwright-core") as {
      chromium: BrowserType;
    };
    await using browser = await chromium.launch({ executablePath, args: flags });
    bench.say("the web dashboard over 100,000 sessions");
    const first = await firstContent(browser, await bench.bigStore(), await bench.smallStore());
    bench.say(`the web dashboard at ${perSecond} events/s`);
    return [...first, ...(await underLoad(browser, bench.folder()))];
  },
};

async function firstContent(browser: Browser, bigFolder: string, smallFolder: string): Promise<Figure[]> {
  await using big = await startServer(bigFolder);
  await using small = await startServer(smallFolder);
  await Promise.all([untilIndexed(big.port), untilIndexed(small.port)]);
  const list = { path: "", shows: ".session-cell-session" };
  const one = (name: string) => ({ path: `sessions/${name}`, shows: ".feed-row" });
  const times = await interleave(rounds, {
    bigList: () => timeUntilShown(browser, big, list),
    smallList: () => timeUntilShown(browser, small, list),
    bigSession: () => timeUntilShown(browser, big, one(bigSession)),
    smallSession: () => timeUntilShown(browser, big, one(smallSession)),
  });
  const milliseconds = (value: number) => ({ value, unit: "ms" });
  return [
    atMost(1.5, {
      name: "dashboard, 100,000 sessions: first content",
      than: "that of 100 sessions",
      measured: milliseconds(times.bigList),
      baseline: milliseconds(times.smallList),
    }),
    atMost(1.5, {
      name: "a session of 1,000,000 events: first content",
      than: "that of a session of two events",
      measured: milliseconds(times.bigSession),
      baseline: milliseconds(times.smallSession),
    }),
  ];
}

/** From the request for the page to the first row on it, with nothing cached. */
async function timeUntilShown(
  browser: Browser,
  server: Server,
  page: { path: string; shows: string },
): Promise<number> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 } });
  const tab = await context.newPage();
  const started = performance.now();
  await tab.goto(`${urlOf(server)}/dashboard/${page.path}`, { waitUntil: "commit" });
  await tab.locator(page.shows).first().waitFor();
  const took = performance.now() - started;
  await context.close();
  return took;
}

async function underLoad(browser: Browser, folder: string): Promise<Figure[]> {
  await using server = await startServer(folder);
  const client = createClient({ url: urlOf(server) });
  await client.createSession({ sessionId: session });
  await client.appendMany(session, eventsFrom(0, 2_000));
  const tab = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  const debug = await tab.context().newCDPSession(tab);
  await tab.addInitScript(watchFrames);
  await tab.goto(`${urlOf(server)}/dashboard/sessions/${session}`);
  await tab.locator(".feed-row").first().waitFor();
  await appendFor(client, warmUpMs);
  await readFrames(tab);
  const before = await heapOf(debug);
  await appendFor(client, measuredMs);
  const { p95, longest, blocked } = await readFrames(tab);
  for (let sent = 0; sent < hourOfEvents; sent += 1_000) await client.appendMany(session, eventsFrom(sent, 1_000));
  const head = (await client.getSession(session, { limit: 1 })).metadata.eventCount;
  await tab.getByText(`${head.toLocaleString("en-US")} events`, { exact: true }).waitFor({ timeout: 120_000 });
  const gained = (await heapOf(debug)) - before;
  await tab.close();
  return [
    within({ value: 55, unit: "ms" }, `dashboard at ${perSecond} events/s: 95 % of frames`, p95),
    within({ value: 200, unit: "ms" }, "its longest task meanwhile", longest),
    within({ value: 20, unit: "%" }, "of the time in tasks longer than 50 ms", blocked),
    within({ value: 20, unit: "MB" }, "heap that an hour's worth of events adds", gained),
  ];
}

/** Runs in the page: how long frames and long tasks take. */
const watchFrames = `
  window.seen = { frames: [], tasks: [] };
  new PerformanceObserver((list) => window.seen.tasks.push(...list.getEntries().map(({ duration }) => duration)))
    .observe({ type: "longtask" });
  let last = performance.now();
  requestAnimationFrame(function frame(now) {
    window.seen.frames.push(now - last);
    last = now;
    requestAnimationFrame(frame);
  });
`;

/** What was seen since the last time: 95 % of the frames took at most `p95`; `blocked` is a percentage. */
async function readFrames(tab: Page): Promise<{ p95: number; longest: number; blocked: number }> {
  const read = "(() => { const seen = window.seen; window.seen = { frames: [], tasks: [] }; return seen; })()";
  const { frames, tasks } = await tab.evaluate<{ frames: number[]; tasks: number[] }>(read);
  const sum = (values: readonly number[]) => values.reduce((total, value) => total + value, 0);
  const sorted = frames.toSorted((a, b) => a - b);
  const p95 = sorted[Math.floor(sorted.length * 0.95)] ?? 0;
  return { p95, longest: Math.max(0, ...tasks), blocked: (sum(tasks) / Math.max(1, sum(frames))) * 100 };
}

/** The page's heap in MB, without what nothing holds on to. */
async function heapOf(debug: CDPSession): Promise<number> {
  await debug.send("HeapProfiler.collectGarbage");
  const { usedSize } = await debug.send("Runtime.getHeapUsage");
  return usedSize / 1e6;
}

/** Calls and their results at a steady rate. */
async function appendFor(client: Client, milliseconds: number): Promise<void> {
  const every = 100;
  const started = performance.now();
  for (let batch = 0; performance.now() - started < milliseconds; batch++) {
    await client.appendMany(session, eventsFrom(0, (perSecond * every) / 1_000));
    await sleep(Math.max(0, started + (batch + 1) * every - performance.now()));
  }
}

let calls = 0;

function eventsFrom(turn: number, count: number): EventInput[] {
  const events: EventInput[] = [];
  while (events.length < count) {
    const toolCallId = `call-${++calls}`;
    const input = { command: `grep -rn 'value ${calls}' src | head`, description: "Look for it" };
    const result = { stdout: `src/file-${calls}.ts:12: const value = ${calls};\n`.repeat(8), stderr: "" };
    const shared = { toolCallId, tool: "Bash", turn: `turn-${turn}` };
    events.push(
      { type: "action", data: { type: "bash_exec", ...shared, input } },
      { type: "response", data: { type: "tool_result", ...shared, status: "ok", durationMs: 12, result } },
    );
    if (calls % 25 === 0) {
      const text = `Step **${calls}** is done.\n\n- it holds\n- nothing else uses \`value\``;
      events.push({ type: "response", data: { type: "assistant_message", turn: `turn-${turn}`, text } });
    }
  }
  return events;
}

function urlOf({ port }: Server): string {
  return `http://127.0.0.1:${port}`;
}
