import type { Page } from "playwright-core";
import { expect } from "vitest";
import { test, axeFindings, phone } from "./browser.js";
import { hostile } from "./hostile.js";

const rows = (page: Page) => page.locator("[data-session]");
const idsOf = (page: Page) => page.locator("[data-session] .session-link").allTextContents();

test("shows sessions as they come, change and go", async ({ dashboard: { client, open } }) => {
  const page = await open();
  await page.getByText("No sessions yet").waitFor();
  await client.createSession({ sessionId: "one", userId: "ada", tags: ["blue"] });
  await rows(page).filter({ hasText: "one" }).waitFor();
  await client.createSession({ sessionId: "two" });
  await rows(page).filter({ hasText: "two" }).waitFor();
  await client.patchState("one", { phase: "planning", currentStep: "Reading the files" });
  const one = rows(page).filter({ hasText: "one" });
  await one.getByText("planning · Reading the files").waitFor();
  await client.addGoal("one", { description: "x", goalId: "g" });
  await client.updateGoal("one", "g", { status: "completed" });
  await one.getByText("1/1").waitFor();
  await client.finalize("one", { status: "failed" });
  await one.getByText("failed").waitFor();
  await client.deleteSession("two");
  await rows(page).filter({ hasText: "two" }).waitFor({ state: "detached" });
  expect(await idsOf(page)).toEqual(["one"]);
});

test("puts who waits first, and says what for", async ({ dashboard: { client, open } }) => {
  await client.createSession({ sessionId: "waits" });
  await client.createSession({ sessionId: "newer" });
  const page = await open();
  await rows(page).nth(1).waitFor();
  const waitingFor = { kind: "answer", message: "Which of the two?" };
  await client.patchMetadata("waits", { liveness: { status: "waiting", waitingFor } });
  await client.appendAction("newer", { type: "later" });
  await page.getByText("Which of the two?").waitFor();
  expect(await idsOf(page)).toEqual(["waits", "newer"]);
  await page.waitForFunction("document.title === '(1) Sessions'");
  await page.keyboard.press("g");
  await page.keyboard.press("w");
  await rows(page).filter({ hasText: "newer" }).waitFor({ state: "detached" });
  expect(page.url()).toContain("waiting=1");
});

test("keeps its filters in the address, for others to open", async ({ dashboard: { client, open } }) => {
  await client.createSession({ sessionId: "a", userId: "ada", tags: ["blue"] });
  await client.createSession({ sessionId: "b", userId: "bob", tags: ["blue"] });
  await client.createSession({ sessionId: "c", userId: "ada" });
  await client.finalize("b");
  const page = await open();
  await rows(page).nth(2).waitFor();
  await page.getByRole("button", { name: "Completed" }).click();
  await expect.poll(() => idsOf(page)).toEqual(["b"]);
  await page.getByRole("button", { name: "All", exact: true }).click();
  await page.getByLabel("User").fill("ada");
  await expect.poll(() => idsOf(page)).toEqual(["c", "a"]);
  await rows(page).filter({ hasText: "a" }).getByRole("button", { name: "blue" }).click();
  await expect.poll(() => idsOf(page)).toEqual(["a"]);
  await page.getByRole("button", { name: "Session", exact: true }).click();
  const { search } = new URL(page.url());
  expect(Object.fromEntries(new URLSearchParams(search))).toEqual({ user: "ada", tag: "blue", sort: "session" });
  const other = await open({ path: search });
  await expect.poll(() => idsOf(other)).toEqual(["a"]);
  expect(await other.getByLabel("Tag").inputValue()).toBe("blue");
  await page.goBack();
  await expect.poll(() => idsOf(page)).toEqual(["c", "a"]);
  await page.getByRole("button", { name: "Clear" }).click();
  await expect.poll(() => rows(page).count()).toBe(3);
});

test("of very many sessions has those on screen alone, and reads on as somebody scrolls", async ({ dashboard }) => {
  const { client, open } = dashboard;
  const name = (index: number) => `s-${String(index).padStart(4, "0")}`;
  for (let start = 0; start < 1_000; start += 50) {
    const batch = Array.from({ length: 50 }, (_, index) => client.createSession({ sessionId: name(start + index) }));
    await Promise.all(batch);
  }
  const page = await open({ path: "?sort=-session" });
  await rows(page)
    .filter({ hasText: name(0) })
    .waitFor();
  expect(await rows(page).count()).toBeLessThan(60);
  await page.keyboard.press("End");
  await rows(page)
    .filter({ hasText: name(999) })
    .waitFor();
  expect(await rows(page).count()).toBeLessThan(60);
});

test("finds what was said and done, and leads to the place", async ({ dashboard: { client, open } }) => {
  await client.createSession({ sessionId: "hay" });
  await client.appendResponse("hay", { type: "assistant_message", text: "A needle <b>in</b> hay" });
  await client.createSession({ sessionId: "needle-shop", userId: "ada" });
  const page = await open();
  await rows(page).nth(1).waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("needle");
  const hit = page.getByRole("listitem").filter({ hasText: "hay" });
  await hit.waitFor();
  expect(await hit.locator("mark").allTextContents()).toEqual(["needle"]);
  expect(await hit.innerText()).toContain("<b>in</b>");
  await page.getByRole("tab", { name: "Sessions by name" }).click();
  await expect.poll(() => idsOf(page)).toEqual(["needle-shop"]);
  await page.getByRole("tab", { name: "Said and done" }).click();
  await hit.getByRole("link").click();
  await page.waitForURL("**/sessions/hay?event=2");
  await page.goBack();
  await hit.waitFor();
  await page.getByLabel("Search everything").press("Escape");
  await rows(page).nth(1).waitFor();
});

test("says it where a search finds nothing, or fails", async ({ dashboard: { client, open, complaints } }) => {
  await client.createSession({ sessionId: "a" });
  const page = await open({ path: "?q=nowhere" });
  await page.getByText("Nobody said or did that").waitFor();
  await page.route("**/api/query/search**", (route) => route.fulfill({ status: 503, json: { code: "index_unavailable", error: "Not now." } })); // prettier-ignore
  await page.getByLabel("Search everything").fill("else");
  await page.getByRole("alert").getByText("Not now.").waitFor();
  await page.unroute("**/api/query/search**");
  await page.getByRole("button", { name: "Try again" }).click();
  await page.getByText("Nobody said or did that").waitFor();
  complaints.length = 0;
});

test("plays a test session, and deletes it again", async ({ dashboard: { client, open } }) => {
  const page = await open();
  await page.getByRole("button", { name: "Create test session" }).first().click();
  const row = rows(page).first();
  await row.getByText(/Looking for|Reading the/).waitFor();
  const [{ sessionId, tags } = { sessionId: "", tags: [] }] = await client.recent();
  expect(tags).toContain("test");
  await row.hover();
  await row.getByRole("button", { name: `Delete ${sessionId}` }).click();
  await page.getByText("No sessions yet").waitFor();
  await page.getByText(`Deleted ${sessionId}.`).waitFor();
  expect(await client.recent()).toEqual([]);
});

test("hostile content of every field is text", async ({ dashboard: { client, open } }) => {
  const text = { kind: "permission", message: hostile, tool: hostile, input: { command: hostile } };
  await client.createSession({ sessionId: "evil", userId: hostile, tags: [hostile, "x"] });
  await client.patchState("evil", { phase: hostile, currentStep: hostile });
  await client.patchMetadata("evil", { model: hostile });
  await client.appendResponse("evil", { type: "assistant_message", text: `needle ${hostile}`, [hostile]: hostile });
  const page = await open();
  await page.getByText("<script>window.hurt=1</script>").first().waitFor();
  await client.patchMetadata("evil", { liveness: { status: "waiting", waitingFor: text } });
  await page.getByText("allow <img").waitFor();
  await page.getByLabel("Search everything").fill("needle");
  await page.locator(".search-hit mark").first().waitFor();
  await page.getByRole("link", { name: "Overview" }).click();
  await page.getByRole("heading", { name: "Users" }).waitFor();
  expect(await page.evaluate("window.hurt")).toBeUndefined();
  expect(await page.locator("main img, main script, a[href^='javascript']").count()).toBe(0);
});

test("works with the keyboard alone", async ({ dashboard: { client, open } }) => {
  for (const sessionId of ["first", "second", "third"]) await client.createSession({ sessionId });
  const page = await open({ path: "?sort=-session" });
  await rows(page).nth(2).waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("k");
  await expect.poll(() => page.locator(".session-row-selected").innerText()).toContain("first");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/sessions/second");
  await page.keyboard.press("g");
  await page.keyboard.press("s");
  await rows(page).nth(2).waitFor();
  await page.keyboard.press("Tab");
  const labels = [];
  for (let step = 0; step < 12; step++) {
    labels.push(await page.evaluate<string>("document.activeElement.ariaLabel ?? document.activeElement.innerText"));
    await page.keyboard.press("Tab");
  }
  expect(labels.join("\n")).toContain("Overview");
});

test("axe finds nothing, dark and light, wide and on a phone", async ({ dashboard: { client, open } }) => {
  await client.createSession({ sessionId: "a", userId: "ada", tags: ["x"] });
  await client.createSession({ sessionId: "b" });
  await client.finalize("b", { status: "failed" });
  await client.patchMetadata("a", {
    liveness: { status: "waiting", waitingFor: { kind: "answer", message: "Which?" } },
  });
  const page = await open({ path: "?q=ada" });
  await page.getByRole("tab").first().waitFor();
  expect(await axeFindings(page)).toEqual([]);
  await page.getByRole("button", { name: "Clear" }).click();
  await rows(page).nth(1).waitFor();
  expect(await axeFindings(page)).toEqual([]);
  await page.keyboard.press("T");
  await page.waitForFunction("document.documentElement.dataset.theme === 'light'");
  expect(await axeFindings(page)).toEqual([]);
  await page.setViewportSize(phone);
  expect(await axeFindings(page)).toEqual([]);
});

test("fits a phone", async ({ dashboard: { client, open } }) => {
  await client.createSession({ sessionId: `long-${"x".repeat(120)}`, userId: "ada", tags: ["a-tag", "another-tag"] });
  const page = await open({ viewport: phone });
  await rows(page).first().waitFor();
  expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
  await page.getByRole("link", { name: "Overview" }).click();
  await page.getByRole("heading", { name: "Overview" }).waitFor();
  await page.getByRole("heading", { name: "Newest failures" }).waitFor();
  expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
});
