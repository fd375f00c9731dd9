import { expect } from "vitest";
import type { Page } from "playwright-core";
import { axeFindings, phone, test, withDashboard, type Dashboard } from "./browser.js";
import { checkout, eventually, replayHooks, Story, tell } from "./session-story.js";

const seqs = (page: Page) =>
  page.evaluate<number[]>("[...document.querySelectorAll('.feed-row')].map((row) => Number(row.dataset.seq))");

async function openShort(dashboard: Dashboard): Promise<Page> {
  await tell(dashboard, "live", new Story().add("session_created", {}).prompt("t", "go"));
  const page = await dashboard.open({ path: "sessions/live" });
  await page.locator(".feed-row-prompt").waitFor();
  return page;
}

test("shows what comes as it comes, and keeps the newest in sight", async ({ dashboard }) => {
  const page = await openShort(dashboard);
  for (let index = 1; index <= 60; index++) {
    await dashboard.client.appendAction("live", {
      type: "bash_exec",
      tool: "Bash",
      input: { command: `step ${index};` },
    });
  }
  await page.getByText("step 60;").waitFor();
  await eventually(() =>
    page.evaluate<number>(
      "((list) => list.scrollHeight - list.scrollTop - list.clientHeight)(document.querySelector('.feed-scroller'))",
    ),
  ).toBeLessThan(3);
});

test("stays where a reader is, counts what is new, and goes back to it", async ({ dashboard }) => {
  const page = await openShort(dashboard);
  const many = Array.from({ length: 80 }, (_, index) => ({
    type: "bash_exec",
    tool: "Bash",
    input: { command: `step ${index};` },
  }));
  await dashboard.client.appendActions("live", many);
  await page.getByText("step 79;").waitFor();
  await page.locator(".feed-scroller").hover();
  await page.mouse.wheel(0, -600);
  await page.locator(".feed-newer").waitFor();
  const place = () => page.evaluate<number>("document.querySelector('.feed-scroller').scrollTop");
  await eventually(place).toBeGreaterThan(0);
  const before = await place();
  await dashboard.client.appendActions("live", many.slice(0, 7));
  await page.getByText("7 new events").waitFor();
  expect(Math.abs((await place()) - before)).toBeLessThan(2);
  await page.getByText("7 new events").click();
  await page.getByText("7 new events").waitFor({ state: "detached" });
  await eventually(async () => Math.max(...(await seqs(page)))).toBe(89);
});

test("shows a message while it is written", async ({ dashboard }) => {
  const page = await openShort(dashboard);
  await dashboard.client.appendResponse("live", { type: "message_delta", messageId: "m", index: 0, text: "I look " });
  await page.locator(".feed-row-message", { hasText: "I look" }).getByText("writing").waitFor();
  await dashboard.client.appendResponse("live", { type: "assistant_message", messageId: "m", text: "I look at it." });
  await page.locator(".feed-row-message", { hasText: "I look at it." }).waitFor();
  expect(await page.locator(".feed-row-message").count()).toBe(1);
});

test("goes on without a gap or a repeat where the server was away", async ({ dashboard }) => {
  const page = await openShort(dashboard);
  const step = (index: number) => ({ type: "bash_exec", tool: "Bash", input: { command: `step ${index};` } });
  await dashboard.client.appendAction("live", step(1));
  await page.getByText("step 1;").waitFor();
  await dashboard.restart(async () => {
    const { store } = dashboard.server;
    for (const index of [2, 3]) await store.append("live", [{ type: "action", data: step(index) }]);
  });
  await page.getByText("step 3;").waitFor();
  await dashboard.client.appendAction("live", step(4));
  await page.getByText("step 4;").waitFor();
  expect(await seqs(page)).toEqual([1, 2, 3, 4, 5, 6]);
  // Tries that found no server are told of by the browser itself.
  dashboard.complaints.splice(0);
});

test("opens by itself once the session begins", async ({ dashboard }) => {
  const page = await dashboard.open({ path: "sessions/later" });
  await page.getByText("There is no session “later”.").waitFor();
  await tell(dashboard, "later", new Story().add("session_created", {}).prompt("t", "here I am"));
  await page.locator(".feed-row-prompt", { hasText: "here I am" }).waitFor();
  dashboard.complaints.splice(0);
});

test("holds no more rows than are on screen while thousands of events come", async ({ dashboard }) => {
  const page = await openShort(dashboard);
  await page.evaluate(`window.most = 0;
    new MutationObserver(() => {
      window.most = Math.max(window.most, document.querySelectorAll(".feed-row").length);
    }).observe(document.body, { childList: true, subtree: true });`);
  const batch = Array.from({ length: 100 }, (_, index) => ({
    type: "bash_exec",
    tool: "Bash",
    input: { command: `step ${index}` },
  }));
  for (let sent = 0; sent < 60; sent++) await dashboard.client.appendActions("live", batch);
  await page.getByText("6,002 events", { exact: true }).waitFor();
  const most = await page.evaluate<number>("window.most");
  expect(most).toBeGreaterThan(5);
  expect(most).toBeLessThan(90);
});

test("lets what waits be read in full, and allowed", async ({ browser }) => {
  await withDashboard(browser, {}, async (dashboard) => {
    const sessionId = await replayHooks(dashboard, "bash", 3);
    const command = `rm -rf ${"very/long/path/".repeat(60)}end`;
    const asked = dashboard.server.call("POST", "/hooks/claude-code?approvals=60", {
      session_id: sessionId, hook_event_name: "PermissionRequest", tool_name: "Bash", tool_input: { command },
    }); // prettier-ignore
    const page = await dashboard.open({ path: `sessions/${sessionId}` });
    const banner = page.getByRole("region", { name: "Waits for your decision" });
    await banner
      .getByText(/very\/long\/path\/end/)
      .first()
      .waitFor();
    await page.keyboard.press("a");
    await eventually(() => page.evaluate("document.activeElement.textContent")).toBe("Allow");
    await page.keyboard.press("Enter");
    await banner.waitFor({ state: "detached" });
    expect((await asked).text).toContain("allow");
    await page.locator(".feed-row-wait", { hasText: "allowed" }).waitFor();
  });
});

test("lets what waits be denied, with a reason", async ({ dashboard }) => {
  const sessionId = await replayHooks(dashboard, "bash", 3);
  const asked = dashboard.server.call("POST", "/hooks/claude-code?approvals=60", {
    session_id: sessionId, hook_event_name: "PermissionRequest", tool_name: "Bash", tool_input: { command: "rm x" },
  }); // prettier-ignore
  const page = await dashboard.open({ path: `sessions/${sessionId}` });
  await page.getByRole("button", { name: "Deny…" }).click();
  await page.getByLabel(/Reason/).fill("not on a Friday");
  await page.keyboard.press("Enter");
  expect((await asked).text).toContain("not on a Friday");
  await page.locator(".feed-row-wait", { hasText: "not on a Friday" }).waitFor();
});

test("says what a session waits for that is answered where the agent runs", async ({ dashboard }) => {
  await tell(dashboard, "asks", checkout());
  const input = { command: "psql -c 'DROP TABLE carts'" };
  await dashboard.client.appendAction("asks", {
    type: "wait_started",
    kind: "permission",
    message: "May I?",
    tool: "Bash",
    input,
  });
  const waitingFor = { kind: "permission", message: "May I?", tool: "Bash", input };
  await dashboard.client.patchMetadata("asks", {
    liveness: { status: "waiting", since: new Date().toISOString(), waitingFor },
  });
  const page = await dashboard.open({ path: "sessions/asks" });
  const banner = page.locator(".waits-banner");
  await banner.getByText("asks for permission").waitFor();
  await banner.getByText("psql -c 'DROP TABLE carts'").waitFor();
  await banner.getByText("Answer it where the agent runs.").waitFor();
});

test("shows all that a session asks for where only its metadata tells of it, on a phone too", async ({ dashboard }) => {
  const command = `kubectl delete ${"namespace/".repeat(40)}end`;
  const waitingFor = { kind: "permission", message: "It is asked for.", tool: "Bash", input: { command, timeout: 5 } };
  await dashboard.client.patchMetadata("asks", {
    liveness: { status: "waiting", since: new Date().toISOString(), waitingFor },
  });
  const page = await dashboard.open({ path: "sessions/asks", viewport: phone });
  const wide = "((banner) => banner.scrollWidth <= banner.clientWidth)(document.querySelector('.waits-banner'))";
  const banner = page.locator(".waits-banner");
  await banner.getByText(command).waitFor();
  await banner.getByText("It is asked for.").waitFor();
  expect(await page.evaluate("document.documentElement.scrollWidth <= innerWidth")).toBe(true);
  expect(await page.evaluate(wide)).toBe(true);
  expect(await axeFindings(page)).toEqual([]);
});
