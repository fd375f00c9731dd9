import { expect } from "vitest";
import type { Page } from "playwright-core";
import { axeFindings, test, type Dashboard } from "./browser.js";
import { checkout, eventually, replayHooks, tell } from "./session-story.js";

async function openCheckout(dashboard: Dashboard, query = ""): Promise<Page> {
  await tell(dashboard, "checkout", checkout());
  const page = await dashboard.open({ path: `sessions/checkout${query}` });
  await page.getByText("All done.").waitFor();
  return page;
}

const row = (page: Page, text: string) => page.locator(".feed-row", { hasText: text }).first();

test("tells who and what a session is, and what it came to", async ({ dashboard }) => {
  const page = await openCheckout(dashboard);
  const header = page.locator(".session-header");
  await header.getByText("mira").waitFor();
  const text = await header.innerText();
  for (const part of ["checkout", "claude-opus-5-5", "1.2k tokens", "$0.25", "reported", "events"])
    expect(text).toContain(part);
  await header.getByRole("link", { name: "checkout-migration" }).waitFor();
  await header.getByRole("link", { name: "sprint-31" }).click();
  await page.getByText("There is no session").waitFor();
  expect(new URL(page.url()).pathname).toBe("/dashboard/sessions/sprint-31");
  // The browser itself tells of the 404.
  expect(dashboard.complaints.splice(0).every((line) => line.includes("404"))).toBe(true);
});

test("shows a call with its result as one item, and all of it when it is opened", async ({ dashboard }) => {
  const page = await openCheckout(dashboard);
  const call = row(page, "rg -n total src");
  expect(await call.innerText()).toContain("1.2s");
  await call.getByRole("button", { name: /rg -n total/ }).click();
  await call.getByLabel("Command").waitFor();
  expect(await call.getByLabel("Output").innerText()).toContain("src/cart.ts:14: total");
  expect(await call.getByLabel("Errors").innerText()).toContain("one warning");
  // Colours are obeyed.
  await call.locator(".ansi-5", { hasText: "src/cart.ts" }).waitFor();
});

test("shows what was said as Markdown", async ({ dashboard }) => {
  const page = await openCheckout(dashboard);
  await row(page, "Move the totals").locator("strong", { hasText: "totals" }).waitFor();
  const message = row(page, "I'll look first.");
  expect(await message.locator("ol li").allInnerTexts()).toEqual(["find", "compare"]);
  expect(await message.locator("pre").innerText()).toBe("const total = 1;");
});

test("shows edits as differences, and pictures", async ({ dashboard }) => {
  const page = await openCheckout(dashboard);
  const edit = row(page, "src/totals.ts");
  await edit.getByRole("button", { name: /src\/totals.ts/ }).click();
  await edit.locator(".patch-line").first().waitFor();
  expect(await edit.locator(".patch-removed").allInnerTexts()).toEqual([expect.stringContaining("let sum = 0;")]);
  expect(await edit.locator(".patch-added").allInnerTexts()).toEqual([expect.stringContaining("let sum = 1;")]);
  const shot = row(page, "browser.screenshot");
  await shot.getByRole("button", { name: /browser.screenshot/ }).click();
  const picture = shot.getByRole("img", { name: /picture/ });
  await picture.waitFor();
  await eventually(() => page.evaluate("document.querySelector('.item-picture').naturalWidth")).toBe(1);
});

test("shows what failed before anybody opens it, and nothing else when asked", async ({ dashboard }) => {
  const page = await openCheckout(dashboard);
  expect(await row(page, "npm test").innerText()).toContain("Exit code 1");
  await page.getByRole("button", { name: "Errors" }).click();
  await row(page, "rg -n total").waitFor({ state: "detached" });
  await row(page, "npm test").waitFor();
  expect(new URL(page.url()).searchParams.get("errors")).toBe("1");
});

test("shows only the types that are chosen, and says so in the address", async ({ dashboard }) => {
  const page = await openCheckout(dashboard);
  await page.getByRole("button", { name: "All types" }).click();
  await page.getByRole("menuitemcheckbox", { name: "Prompts" }).click();
  await page.keyboard.press("Escape");
  await page.getByText("All done.").waitFor({ state: "detached" });
  await eventually(() => page.locator(".feed-row").count()).toBe(2);
  const other = await dashboard.open({ path: `sessions/checkout${new URL(page.url()).search}` });
  await row(other, "And drop the old columns.").waitFor();
  await eventually(() => other.locator(".feed-row").count()).toBe(2);
});

test("has the raw events one click away", async ({ dashboard }) => {
  const page = await openCheckout(dashboard);
  const call = row(page, "npm test");
  await call.getByRole("button", { name: /npm test/ }).click();
  await call.getByRole("button", { name: "Raw JSON" }).click();
  const raw = await call.locator(".feed-row-raw").innerText();
  expect(raw).toContain('"toolCallId": "c2"');
  expect(raw).toContain('"type": "tool_result"');
});

test("opens at an event that a link names", async ({ dashboard }) => {
  const page = await openCheckout(dashboard, "?event=8");
  const chosen = page.locator(".feed-row-selected");
  await chosen.waitFor();
  expect(await chosen.innerText()).toContain("rg -n total src");
  await page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
  await chosen.getByRole("button", { name: /rg -n/ }).click();
  await chosen.getByRole("button", { name: "Copy a link to this event" }).click();
  await page.getByText("Copied a link to event 8.").waitFor();
  expect(await page.evaluate("navigator.clipboard.readText()")).toMatch(/\/dashboard\/sessions\/checkout\?event=8$/);
});

test("finds text in the session, hit by hit", async ({ dashboard }) => {
  const page = await openCheckout(dashboard);
  await page.getByRole("searchbox", { name: "Find in the session" }).fill("npm test");
  await page.keyboard.press("Enter");
  await page.getByText("1 of 1").waitFor();
  await page.locator(".feed-row-selected", { hasText: "npm test" }).waitFor();
  await page.getByRole("searchbox").fill("totals");
  await page.keyboard.press("Enter");
  await page.getByText(/^\d of [3-9]/).waitFor();
  const first = await page.locator(".feed-row-selected").getAttribute("data-seq");
  await page.keyboard.press("Enter");
  await eventually(() => page.locator(".feed-row-selected").getAttribute("data-seq")).not.toBe(first);
});

test("folds a turn away", async ({ dashboard }) => {
  const page = await openCheckout(dashboard);
  await row(page, "Move the totals").getByRole("button", { name: /Fold/ }).click();
  await row(page, "rg -n total").waitFor({ state: "detached" });
  await row(page, "All done.").waitFor();
  await row(page, "Move the totals")
    .getByRole("button", { name: /Show what/ })
    .click();
  await row(page, "rg -n total").waitFor();
});

test("shows goals by how far they are, and the tree of agents with what each did", async ({ dashboard }) => {
  const page = await openCheckout(dashboard);
  const goals = page.getByRole("region", { name: "Goals" });
  expect(await goals.getByRole("region", { name: "To do" }).innerText()).toContain("Write rounding tests");
  expect(await goals.getByRole("region", { name: "Done" }).innerText()).toContain("Find every place");
  await page.getByRole("tab", { name: /Agents/ }).click();
  const agents = page.getByRole("tree", { name: "Agents" });
  const levels = "[...document.querySelectorAll('[aria-label=Agents] [role=treeitem]')].map((item) => item.ariaLevel)";
  expect(await page.evaluate(levels)).toEqual(["1", "2", "3"]);
  await agents.getByRole("link", { name: /tests-of-it/ }).waitFor();
  await agents.getByRole("treeitem", { name: /test-writer/ }).click();
  await row(page, "rg -n total").waitFor({ state: "detached" });
  await row(page, "npm test").waitFor();
  expect(new URL(page.url()).searchParams.get("agent")).toBe("ag2");
});

test("shows the state as a tree that can be searched", async ({ dashboard }) => {
  const page = await openCheckout(dashboard, "?tab=state");
  const tree = page.getByRole("tree", { name: "State" });
  await tree.getByRole("treeitem").filter({ hasText: 'phase: "editing"' }).waitFor();
  await page.getByRole("searchbox", { name: "Find in the state" }).fill("rounding");
  await tree.locator(".json-row-hit", { hasText: "Write rounding tests" }).waitFor();
});

test("tells a recording of a real agent as it happened", async ({ dashboard }) => {
  const sessionId = await replayHooks(dashboard, "subagent-foreground");
  const page = await dashboard.open({ path: `sessions/${sessionId}` });
  await row(page, "Agent").waitFor();
  await page.locator(".feed-row-tool", { hasText: "Bash" }).first().waitFor();
  expect(await page.locator(".feed-row-prompt").count()).toBeGreaterThan(0);
});

test("has nothing that axe finds", async ({ dashboard }) => {
  const page = await openCheckout(dashboard, "?event=8");
  await row(page, "rg -n total src").getByRole("button").first().click();
  await page.getByRole("button", { name: "Timeline" }).waitFor();
  for (const tab of ["Goals", "Agents", "State"]) {
    await page.getByRole("tab", { name: tab }).click();
    expect(await axeFindings(page)).toEqual([]);
  }
  // No colour is caught on its way.
  await page.emulateMedia({ reducedMotion: "reduce" });
  await page.evaluate('document.documentElement.dataset.theme = "light"');
  expect(await axeFindings(page)).toEqual([]);
});
