import { expect } from "vitest";
import { axeFindings, test } from "./browser.js";

const day = (daysAgo: number) => new Date(Date.now() - daysAgo * 86_400_000).toISOString();

function modelCall(model: string, usd: number, timestamp: string) {
  const tokens = { input: 1_000, output: 100 };
  const data = { type: "model_call", callId: `${model}${usd}`, model, tokens, cost: { usd, source: "estimate" } };
  return { type: "response" as const, data, timestamp };
}

test("adds up cost by day, user and model, and leads to the sessions behind it", async ({ dashboard }) => {
  const { client, open } = dashboard;
  await client.createSession({ sessionId: "a", userId: "ada" });
  await client.createSession({ sessionId: "b", userId: "bob" });
  await client.appendMany("a", [modelCall("big-model", 3, day(0)), modelCall("small-model", 1, day(2))]);
  await client.appendMany("b", [modelCall("small-model", 2, day(20))]);
  const page = await open({ path: "overview" });
  await page.getByText("$6.00 · 3.3k tokens · 3 model calls").waitFor();
  const models = page.getByRole("region", { name: "Models" });
  expect(await models.locator("tbody tr").allInnerTexts()).toEqual([
    expect.stringMatching(/small-model\s+2\s+2.2k\s+\$3.00/),
    expect.stringMatching(/big-model\s+1\s+1.1k\s+\$3.00/),
  ]);
  await page.getByRole("button", { name: "30 days" }).click();
  expect(page.url()).toContain("days=30");
  const bars = page.getByRole("table", { name: "Cost by day" }).locator("td");
  await expect.poll(() => bars.allInnerTexts()).toContain("$2.00");
  await page.getByRole("button", { name: "Tokens" }).click();
  await page.getByRole("heading", { name: "Tokens by day" }).waitFor();
  await page.getByRole("region", { name: "Users" }).getByRole("link", { name: "ada" }).click();
  await page.locator('[data-session="a"]').waitFor();
  expect(await page.locator("[data-session]").count()).toBe(1);
});

test("counts live, and says how the tools and the server are", async ({ dashboard: { client, open } }) => {
  const result = (tool: string, status: string, durationMs: number) => ({
    type: "tool_result",
    toolCallId: `${tool}${durationMs}`,
    tool,
    status,
    durationMs,
    ...(status === "error" && { error: { message: "No space left" } }),
  });
  await client.appendResponses("a", [
    result("Bash", "ok", 100),
    result("Bash", "error", 2_000),
    result("Read", "ok", 5),
  ]);
  const page = await open({ path: "overview" });
  const tools = page.getByRole("region", { name: "Slowest tools" });
  await expect
    .poll(() => tools.locator("tbody tr").allInnerTexts())
    .toEqual([
      expect.stringMatching(/Bash\s+2\s+100ms\s+2.0s\s+50%/),
      expect.stringMatching(/Read\s+1\s+5ms\s+5ms\s+–/),
    ]);
  const tile = (title: string) => page.locator(".overview-tile").filter({ hasText: title });
  await tile("Server").getByText("Healthy").waitFor();
  expect(await tile("Active").innerText()).toContain("1");
  await client.createSession({ sessionId: "b" });
  await client.finalize("b", { status: "failed" });
  await tile("Failed").getByText("1").waitFor();
  expect(await axeFindings(page)).toEqual([]);
  await page.getByRole("link", { name: /No space left/ }).click();
  await page.waitForURL("**/sessions/a?event=3");
});
