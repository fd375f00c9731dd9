import { expect } from "vitest";
import { test } from "./browser.js";
import { eventually, Story, tell } from "./session-story.js";

const madeUp = "6f58a3c4-11d2-4c3e-9c35-0b4d6a4f3c21";

test("calls a session by what was asked of it where its id says nothing", async ({ dashboard }) => {
  await tell(dashboard, madeUp, new Story().add("session_created", {}).prompt("t", "Move the **totals** please"));
  await dashboard.client.createSession({ sessionId: "chosen-id" });
  const page = await dashboard.open();
  const row = page.locator(`[data-session="${madeUp}"]`);
  await row.getByRole("link", { name: "Move the totals please" }).waitFor();
  expect(await row.innerText()).toContain("6f58a3c4…");
  await page.locator('[data-session="chosen-id"]').getByRole("link", { name: "chosen-id" }).waitFor();

  await page.keyboard.press("Control+k");
  await page.keyboard.type("totals");
  await page.getByRole("option", { name: "Move the totals please" }).click();
  await page.getByRole("heading", { level: 1, name: "Move the totals please" }).waitFor();
  await page.locator(".session-facts").getByText(madeUp).waitFor();
  await eventually(() => page.title()).toContain("Move the");

  await page.getByRole("link", { name: "All sessions" }).click();
  await page.getByLabel("Search everything").fill("totals");
  await page.locator(".search-hit", { hasText: "Move the totals please" }).first().waitFor();

  await dashboard.client.patchMetadata(madeUp, { title: "Totals" });
  await page.getByLabel("Search everything").fill("");
  await row.getByRole("link", { name: "Totals", exact: true }).waitFor();
});

test("shows a prompt once that was told again in full", async ({ dashboard }) => {
  const prompt = (text: string) => ({ type: "user_prompt", turn: "p", text, from: "person" });
  await dashboard.client.appendMany(madeUp, [
    { type: "action", data: prompt("<REDACTED>"), eventId: "prompt:p" },
    { type: "response", data: { type: "assistant_message", text: "I do." } },
    { type: "action", data: prompt("Say it in full"), eventId: "prompt:p#2" },
  ]);
  const page = await dashboard.open({ path: `sessions/${madeUp}` });
  await page.locator(".feed-row-prompt", { hasText: "Say it in full" }).waitFor();
  expect(await page.locator(".feed-row-prompt").count()).toBe(1);
  expect(await page.locator("main").innerText()).not.toContain("REDACTED");
  await page.getByRole("heading", { level: 1, name: "Say it in full" }).waitFor();
});

test("shows one end of an agent whose result came later", async ({ dashboard }) => {
  const story = new Story()
    .add("session_created", {})
    .prompt("t", "go")
    .add("agent_spawned", { agentId: "a", type: "explorer", task: "Compare" })
    .add("agent_completed", { agentId: "a", status: "completed" })
    .add("agent_completed", { agentId: "a", status: "completed", result: "312 differ." })
    .says("Done with it.");
  await tell(dashboard, "agents", story);
  const page = await dashboard.open({ path: "sessions/agents" });
  await page.getByText("Done with it.").waitFor();
  const ends = page.locator(".feed-row-agent", { hasText: "done" });
  expect(await ends.count()).toBe(1);
  expect(await ends.innerText()).toContain("312 differ.");
});

test("lists all who wait, also behind a thousand others that are active", async ({ dashboard }) => {
  const { server, client } = dashboard;
  const liveness = { status: "waiting", waitingFor: { kind: "answer", message: "Which one?" } };
  await client.createSession({ sessionId: "patient" });
  await client.patchMetadata("patient", { liveness });
  for (let from = 0; from < 1_100; from += 100) {
    const names = Array.from({ length: 100 }, (_, index) => `busy-${from + index}`);
    await Promise.all(names.map((name) => server.store.append(name, [{ type: "session_created", data: {} }])));
  }
  const page = await dashboard.open();
  await page.locator('[data-session="patient"]').getByText("Which one?").waitFor();
});
