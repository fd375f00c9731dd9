import { expect } from "vitest";
import { axeFindings, test } from "./browser.js";
import { checkout, eventually, tell } from "./session-story.js";

test("does everything by keyboard", async ({ dashboard }) => {
  await tell(dashboard, "checkout", checkout());
  const page = await dashboard.open({ path: "sessions/checkout" });
  await page.getByText("All done.").waitFor();
  const press = (...keys: string[]) =>
    keys.reduce<Promise<void>>((before, key) => before.then(() => page.keyboard.press(key)), Promise.resolve());
  const chosen = page.locator(".feed-row-selected");
  const seq = () => chosen.getAttribute("data-seq");

  await press("g", "g");
  await eventually(seq).toBe("1");
  await press("j", "j");
  await eventually(seq).not.toBe("1");
  await press("k");
  await press("/");
  await page.keyboard.type("rg -n");
  await press("Enter");
  await page.getByText("1 of 1").waitFor();
  await press("Escape");
  await eventually(() => chosen.innerText()).toContain("rg -n total");
  await press("Enter");
  await chosen.getByLabel("Command").waitFor();
  await press("r");
  await chosen.locator(".feed-row-raw").waitFor();
  await press("h");
  await chosen.locator(".feed-row-more").waitFor({ state: "detached" });
  await press("m");
  await page.locator(".feed-row-model").waitFor();
  await press("m");

  await press("3");
  await page.getByRole("tree", { name: "Agents" }).waitFor();
  await press("4");
  await page.getByRole("tree", { name: "State" }).waitFor();
  await press("[");
  await page.getByText(/as it was after #/).waitFor();
  await press("d", "[", "[", "[", "[", "[", "d");
  await page.getByRole("region", { name: "What changed" }).waitFor();
  await press("Escape", "L");
  await page.getByText(/as it was after #/).waitFor({ state: "detached" });
  await press("f");
  await page.getByRole("menu").waitFor();
  await press("p", "Enter", "Escape");
  await eventually(() => page.locator(".feed-row").count()).toBe(2);
  await press("Escape");
  await eventually(() => page.locator(".feed-row").count()).toBeGreaterThan(2);
  await press("?");
  const help = page.getByRole("dialog");
  await help.getByText("Set a mark; the second time, show what changed since").waitFor();
  expect(await axeFindings(page)).toEqual([]);
  await press("Escape");
  await press("q");
  await eventually(() => new URL(page.url()).pathname).toBe("/dashboard/");
});

test("keeps its keys out of fields", async ({ dashboard }) => {
  await tell(dashboard, "checkout", checkout());
  const page = await dashboard.open({ path: "sessions/checkout" });
  await page.getByText("All done.").waitFor();
  await page.keyboard.press("/");
  await page.keyboard.type("jkdq[");
  expect(await page.getByRole("searchbox", { name: "Find in the session" }).inputValue()).toBe("jkdq[");
  expect(await page.getByText(/as it was after/).count()).toBe(0);
});
