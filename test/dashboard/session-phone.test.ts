import { expect } from "vitest";
import { axeFindings, test } from "./browser.js";
import { checkout, tell } from "./session-story.js";

test("is usable on a phone", async ({ dashboard }) => {
  await tell(dashboard, "checkout", checkout());
  const page = await dashboard.open({
    path: "sessions/checkout?event=8",
    viewport: { width: 390, height: 844 },
    hasTouch: true,
    isMobile: true,
  });
  // A feed that follows would move away under the finger.
  const chosen = page.locator(".feed-row-selected", { hasText: "rg -n total" });
  await chosen.waitFor();
  await page.locator(".feed-row-message .markdown").first().waitFor();
  const fits = async () => expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(390);
  await fits();
  await chosen.getByRole("button").first().tap();
  await page.getByLabel("Command").waitFor();
  await fits();
  expect(await axeFindings(page)).toEqual([]);
  for (const [tab, shown] of [
    ["Goals", "Write rounding tests"],
    ["Agents", "test-writer"],
    ["State", "phase"],
    ["Timeline", "explorer"],
  ] as const) {
    await page.getByRole("tab", { name: tab }).tap();
    await page.getByRole("tabpanel").getByText(shown).first().waitFor();
    await fits();
    expect(await axeFindings(page)).toEqual([]);
  }
  await page.getByRole("button", { name: "One event back" }).tap();
  await page.getByText(/as it was after #/).waitFor();
  await fits();
  // Fingers hit what they aim at.
  const small = await page.evaluate<number>(`[...document.querySelectorAll("main button")]
    .filter((button) => button.checkVisibility())
    .map((button) => button.getBoundingClientRect())
    .filter(({ width, height }) => width > 0 && (width < 24 || height < 24)).length`);
  expect(small).toBe(0);
});
