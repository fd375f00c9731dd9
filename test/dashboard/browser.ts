import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { test as base } from "vitest";
import { createClient, type Client } from "../../src/client/http-client.js";
import type { ServerOptions } from "../../src/server/start-server.js";
import { startTestServer, type TestServer } from "../../src/server/testing/test-server.js";
import { launchBrowser } from "./chromium.js";

export interface OpenOptions extends BrowserContextOptions {
  /** Below the dashboard: `sessions/s1?tab=state`. */
  path?: string;
  /** Another way to the server, such as through a proxy; with the dashboard's path. */
  url?: string;
  /** Runs in the page before anything of its own. */
  init?: string;
}

export interface Dashboard {
  server: TestServer;
  client: Client;
  /** Opens a page of its own, closed behind the test. What it throws or logs as an error fails the test. */
  open(options?: OpenOptions): Promise<Page>;
  /** What pages complained about; a test that expects something takes it out. */
  complaints: string[];
  /** Stops the server and starts it anew on the same port with the same sessions. */
  restart(during?: () => Promise<void>): Promise<void>;
}

/** One browser a file, and for each test a server with pages. */
export const test = base
  .extend<{ browser: Browser }>({
    browser: [
      // oxlint-disable-next-line no-empty-pattern -- vitest reads what a fixture needs from the pattern
      async ({}, use) => {
        const browser = await launchBrowser();
        // Where there is none, every test that would use it is skipped.
        await use(browser!);
        await browser?.close();
      },
      { scope: "file" },
    ],
  })
  .extend<{ dashboard: Dashboard }>({
    dashboard: async ({ browser, skip }, use) => {
      if (!browser) skip("There is no Chromium on this machine.");
      await withDashboard(browser, {}, use);
    },
  });

/** A dashboard over a server with these options, for as long as `use` runs. */
export async function withDashboard(
  browser: Browser,
  options: Partial<ServerOptions>,
  use: (dashboard: Dashboard) => Promise<void>,
): Promise<void> {
  let server = await startTestServer(options);
  const complaints: string[] = [];
  const contexts: { close(): Promise<void> }[] = [];
  await use({
    get server() {
      return server;
    },
    client: createClient({ url: server.url }),
    complaints,
    open: async ({ path = "", url = `${server.url}/dashboard/`, init, ...contextOptions } = {}) => {
      const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...contextOptions });
      contexts.push(context);
      if (init !== undefined) await context.addInitScript(init);
      const page = await context.newPage();
      page.setDefaultTimeout(20_000);
      page.on("pageerror", (error) => complaints.push(String(error)));
      page.on("console", (message) => {
        // A container that starts or ends changes the machine's network; what that cut off is tried again.
        if (message.text().includes("ERR_NETWORK_CHANGED")) return;
        if (message.type() === "error" || /Content.Security/i.test(message.text())) complaints.push(message.text());
      });
      await page.goto(url + path);
      return page;
    },
    restart: async (during = async () => {}) => {
      const { port, store } = server;
      await server.close();
      await during();
      server = await startTestServer({ ...options, port, store });
    },
  });
  await Promise.all(contexts.map((context) => context.close()));
  await server.close();
  if (complaints.length > 0) throw new Error(`The page complained:\n${complaints.join("\n")}`);
}

const axeSource = readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe finds on the page, one line each: rule, element, and what is wrong. */
export async function axeFindings(page: Page): Promise<string[]> {
  // Evaluated by the debugger: the page's own policy would refuse it as a script.
  await page.evaluate(`${await axeSource}; undefined`);
  const { violations } = await page.evaluate<AxeResults>("axe.run(document, { resultTypes: ['violations'] })");
  return violations.flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html} ${node.failureSummary}`));
}

interface AxeResults {
  violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[];
}

/** The screen of a phone. */
export const phone = { width: 390, height: 844 };
