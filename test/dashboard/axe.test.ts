import { expect } from "vitest";
import type { Page } from "playwright-core";
import { axeFindings, phone, test, type Dashboard } from "./browser.js";
import { checkout, tell } from "./session-story.js";

/** Every view, and how to tell that it is there. */
const views: { name: string; path: string; ready: string; act?: (page: Page) => Promise<void> }[] = [
  { name: "the sessions", path: "", ready: "[data-session]" },
  { name: "those that wait", path: "?waiting=1", ready: "[data-session=asks]" },
  { name: "no session that fits", path: "?tag=nothing", ready: ".state" },
  { name: "hits", path: "?q=totals", ready: ".search-hit mark" },
  { name: "the overview", path: "overview", ready: ".overview-failures li" },
  { name: "a feed", path: "sessions/checkout", ready: ".feed-row-message" },
  { name: "agents", path: "sessions/checkout?tab=agents", ready: "[role=tree] [role=treeitem]" },
  { name: "a state of then", path: "sessions/checkout?tab=state&at=8", ready: ".json-row" },
  { name: "a timeline", path: "sessions/checkout?tab=timeline", ready: ".timeline-lanes, .session-body" },
  { name: "a wait", path: "sessions/asks", ready: ".waits-banner" },
  { name: "no session", path: "sessions/nobody", ready: "main h1" },
  { name: "no page", path: "nowhere", ready: "main a" },
  { name: "the palette", path: "", ready: "[data-session]", act: (page) => page.keyboard.press("Control+k") },
  { name: "the keys", path: "sessions/checkout", ready: ".feed-row", act: (page) => page.keyboard.press("?") },
];

async function fill(dashboard: Dashboard): Promise<void> {
  await tell(dashboard, "checkout", checkout());
  const waitingFor = { kind: "permission", message: "May I?", tool: "Bash", input: { command: "ls" } };
  await dashboard.client.patchMetadata("asks", { liveness: { status: "waiting", waitingFor } });
}

const sizes = { wide: { width: 1440, height: 900 }, phone };
const looks = Object.keys(sizes).flatMap((size) => ["dark", "light"].map((theme) => [theme, size] as const));

for (const [theme, size] of looks) {
  test(`axe finds nothing in any view, ${theme}, ${size}`, async ({ dashboard }) => {
    await fill(dashboard);
    const init = `localStorage.setItem("claude-sessions-theme", "${theme}")`;
    const viewport = sizes[size as keyof typeof sizes];
    const page = await dashboard.open({ viewport, reducedMotion: "reduce", path: "nowhere", init });
    const found: string[] = [];
    for (const { name, path, ready, act } of views) {
      await page.goto(`${dashboard.server.url}/dashboard/${path}`);
      await page.locator(ready).first().waitFor();
      await act?.(page);
      found.push(...(await axeFindings(page)).map((finding) => `${name}: ${finding}`));
      if (await page.evaluate("document.documentElement.scrollWidth > innerWidth")) found.push(`${name} is too wide`);
    }
    // The browser itself tells of the session that is not there.
    found.push(...dashboard.complaints.splice(0).filter((line) => !line.includes("404")));
    expect(found).toEqual([]);
  });
}
