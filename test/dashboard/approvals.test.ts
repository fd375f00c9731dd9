import { expect } from "vitest";
import { axeFindings, phone, test } from "./browser.js";

const ask = { session_id: "agent", hook_event_name: "PermissionRequest", cwd: "/srv", tool_name: "Bash" };

function request(url: string, command: string): Promise<Response> {
  const body = JSON.stringify({ ...ask, tool_input: { command, description: "Clean up" } });
  return fetch(`${url}/hooks/claude-code?approvals=60`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body,
  });
}

test("a permission request can be read in full and allowed, on a phone", async ({ dashboard: { server, open } }) => {
  const page = await open({ viewport: phone });
  await page.getByText("No sessions yet").waitFor();
  const answer = request(server.url, "rm -rf build &&\necho <b>done</b>");
  const card = page.getByRole("region", { name: /Permission for Bash/ });
  await card.getByText("rm -rf build").waitFor();
  expect(await card.innerText()).toContain("rm -rf build &&\necho <b>done</b>");
  expect(await axeFindings(page)).toEqual([]);
  await card.getByRole("button", { name: "Allow" }).click();
  expect(JSON.stringify(await (await answer).json())).toContain('"allow"');
  await card.waitFor({ state: "detached" });
});

test("a request is denied with a reason, by keyboard", async ({ dashboard: { server, open } }) => {
  const page = await open();
  await page.getByText("No sessions yet").waitFor();
  const answer = request(server.url, "sudo reboot");
  const deny = page.getByRole("button", { name: "Deny…" });
  await deny.waitFor();
  await deny.focus();
  await page.keyboard.press("Enter");
  await page.keyboard.type("Not on a Friday");
  await page.keyboard.press("Enter");
  const told = JSON.stringify(await (await answer).json());
  expect(told).toContain('"deny"');
  expect(told).toContain("Not on a Friday");
  await page.getByText("Denied Bash.").waitFor();
});

test("says so where somebody else was faster", async ({ dashboard: { server, client, open, complaints } }) => {
  const page = await open();
  await page.getByText("No sessions yet").waitFor();
  const answer = request(server.url, "ls");
  const allow = page.getByRole("button", { name: "Allow", exact: true });
  await allow.waitFor();
  await page.route("**/api/approvals", (route) => route.abort());
  const [{ approvalId } = { approvalId: "" }] = await client.approvals();
  await client.decide(approvalId, "deny");
  await answer;
  await allow.click();
  await page.getByRole("log").getByText("was denied already").waitFor();
  complaints.length = 0;
});
