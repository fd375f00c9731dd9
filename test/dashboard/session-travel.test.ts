import { expect } from "vitest";
import type { Page } from "playwright-core";
import { test, type Dashboard } from "./browser.js";
import { checkout, eventually, Story, tell } from "./session-story.js";

async function open(dashboard: Dashboard, query = ""): Promise<Page> {
  await tell(dashboard, "checkout", checkout());
  const page = await dashboard.open({ path: `sessions/checkout${query}` });
  await page.locator(".feed-row").first().waitFor();
  return page;
}

/** The state that the page shows, told by what its tree says of it. */
async function shownSeq(page: Page): Promise<number> {
  const text = await page
    .getByRole("treeitem")
    .filter({ hasText: /^seq: / })
    .innerText();
  return Number(text.replaceAll(/\D/g, ""));
}

test("shows state, goals and agents as they were at any event, as the server tells them", async ({ dashboard }) => {
  const page = await open(dashboard, "?tab=state");
  const slider = page.getByRole("slider", { name: "Moment" });
  for (const at of [1, 6, 12, 17]) {
    await slider.fill(String(at));
    await page.getByText(`as it was after #${at}`).waitFor();
    await eventually(() => shownSeq(page)).toBe(at);
    const state = await dashboard.client.getState("checkout", { at });
    const rows = await page.getByRole("tree", { name: "State" }).innerText();
    expect(rows.replaceAll("\n", "")).toContain(`phase: "${state.phase}"`);
    expect(rows.replaceAll("\n", "")).toContain(
      state.goals.length === 0 ? "goals: []" : `goals: [${state.goals.length}]`,
    );
    expect(await page.getByRole("tab", { name: /Agents/ }).innerText()).toContain(state.agents.length === 0 ? "Agents" : String(state.agents.length)); // prettier-ignore
  }
  await page.getByRole("button", { name: "Now" }).click();
  await page.getByText("as it was").waitFor({ state: "detached" });
  await eventually(() => shownSeq(page)).toBe(checkout().events.length);
});

test("takes the feed along, and keeps the moment in the address", async ({ dashboard }) => {
  const page = await open(dashboard);
  await page.getByRole("slider", { name: "Moment" }).fill("8");
  await page.locator(".feed-row-selected", { hasText: "rg -n total" }).waitFor();
  await eventually(() => new URL(page.url()).searchParams.get("at")).toBe("8");
  const other = await dashboard.open({ path: `sessions/checkout?at=8` });
  await other.getByText("as it was after #8").waitFor();
  expect(await other.getByRole("region", { name: "To do" }).innerText()).toContain("Find every place");
});

test("says what changed between two moments", async ({ dashboard }) => {
  const page = await open(dashboard, "?tab=state&at=6");
  await page.getByText("as it was after #6").waitFor();
  await page.getByRole("button", { name: "Mark #6" }).click();
  await page.getByRole("slider", { name: "Moment" }).fill("22");
  await page.getByRole("button", { name: "Compare #6 with #22" }).click();
  const changes = page.getByRole("region", { name: "What changed" });
  await changes.getByText("from #6 to #22").waitFor();
  const text = await changes.innerText();
  expect(text).toContain("goals › [g1] › status");
  expect(text).toContain('"completed"');
  await page.getByRole("button", { name: "Close comparison" }).click();
  await page.getByRole("tree", { name: "State" }).waitFor();
});

test("goes to a time or a seq that is typed", async ({ dashboard }) => {
  const page = await open(dashboard);
  await page.keyboard.press("t");
  await page.getByLabel("Show the session as it was at").fill("nonsense");
  await page.keyboard.press("Enter");
  await page.getByRole("alert").getByText("That is no seq, time or date.").waitFor();
  await page.getByLabel("Show the session as it was at").fill("#7");
  await page.keyboard.press("Enter");
  await page.getByText("as it was after #7").waitFor();
});

test("draws a lane for each agent, zooms, and goes to what is clicked", async ({ dashboard }) => {
  await tell(dashboard, "over", checkout().add("session_finalized", { status: "completed" }));
  const page = await dashboard.open({ path: "sessions/over" });
  const timeline = page.getByRole("region", { name: "Timeline" });
  const drawing = timeline.getByRole("group");
  await eventually(() => drawing.getAttribute("aria-label")).toContain("3 agents, 4 tool calls");
  expect(await timeline.locator(".timeline-name").allInnerTexts()).toEqual(["main", "explorer", "test-writer"]);
  const whole = await drawing.getAttribute("aria-label");
  await drawing.focus();
  await page.keyboard.press("+");
  await eventually(() => drawing.getAttribute("aria-label")).not.toBe(whole);
  await page.keyboard.press("0");
  await eventually(() => drawing.getAttribute("aria-label")).toBe(whole);

  const overview = (await timeline.locator(".timeline-overview").boundingBox())!;
  await page.mouse.move(overview.x + overview.width * 0.5, overview.y + 10);
  await page.mouse.down();
  await page.mouse.move(overview.x + overview.width * 0.75, overview.y + 10, { steps: 3 });
  await page.mouse.up();
  await eventually(() => drawing.getAttribute("aria-label")).not.toBe(whole);
  await timeline.getByRole("button", { name: "The whole session" }).click();
  await eventually(() => drawing.getAttribute("aria-label")).toBe(whole);

  const lanes = (await timeline.locator(".timeline-lanes").boundingBox())!;
  await page.mouse.click(lanes.x + 2, lanes.y + 12);
  await page.locator(".feed-row-selected").waitFor();
  expect(Number(await page.locator(".feed-row-selected").getAttribute("data-seq"))).toBeLessThan(4);
});

test("reads a long log only where it is looked at", async ({ dashboard }) => {
  const story = new Story().add("session_created", {});
  for (let index = 0; index < 12_000; index++) {
    if (index % 100 === 0) story.add("state_updated", { step: index });
    else story.action({ type: "bash_exec", tool: "Bash", input: { command: `step ${index}` } });
  }
  await tell(dashboard, "long", story);
  const page = await dashboard.open({ path: "sessions/long?tab=state" });
  await page.getByText("step 11999").waitFor();
  expect(await page.locator(".feed-row").count()).toBeLessThan(90);
  await page.keyboard.press("Home");
  await page.getByText("created").first().waitFor();
  await page.getByRole("slider", { name: "Moment" }).fill("6002");
  await page.getByText("as it was after #6,002").waitFor();
  await page.locator(".feed-row-selected").waitFor();
  await eventually(() =>
    page
      .getByRole("treeitem")
      .filter({ hasText: /^step: / })
      .innerText(),
  ).toContain("6000");
  expect((await dashboard.client.getState("long", { at: 6_002 }))["step"]).toBe(6_000);
  await page.getByText("Zoom in to see each call").waitFor();
});

test("exports the session as lines, as a folder, and as Markdown", async ({ dashboard }) => {
  const page = await open(dashboard);
  const save = async (name: RegExp) => {
    await page.getByRole("button", { name: "Export" }).click();
    const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name }).click()]);
    const chunks: Buffer[] = [];
    for await (const chunk of await download.createReadStream()) chunks.push(chunk as Buffer);
    return { name: download.suggestedFilename(), bytes: Buffer.concat(chunks) };
  };
  const lines = await save(/NDJSON/);
  expect(lines.name).toBe("checkout.ndjson");
  expect(lines.bytes.toString().trimEnd().split("\n")).toHaveLength(checkout().events.length);
  const folder = await save(/Folder/);
  expect(folder.name).toBe("checkout.tar.gz");
  expect(folder.bytes.subarray(0, 2).toString("hex")).toBe("1f8b");
  const markdown = await save(/Markdown/);
  expect(markdown.name).toBe("checkout.md");
  expect(markdown.bytes.toString()).toContain("Move the **totals** to the server.");
  expect(markdown.bytes.toString()).toContain(
    "- **`Bash`** `npm test` (1.2s) — **error**\n\n  ```sh\n  npm test\n  ```",
  );
});
