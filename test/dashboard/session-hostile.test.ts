import { expect } from "vitest";
import { test } from "./browser.js";
import { Story, tell } from "./session-story.js";

/** Runs where it is taken for anything but text. */
const markup = `<img src=x onerror="window.hit='img'"><script>window.hit='script'</script><svg onload="window.hit='svg'">`;
const links = `[a](javascript:window.hit='link') [b](data:text/html,<script>1</script>) ![p](http://127.0.0.1:1/leak.png)`;
const steering = "\u001b[2J\u001b]8;;http://evil\u0007x\u202egnp.exe\u200b\u0000";
/** Ids are shorter than this, everything else is not. */
const id = `${markup}'"`.slice(0, 200);
const hostile = `${markup} ${links} ${steering} {{7*7}} \${7*7} "'\`</textarea></title>`;

/** The same text in every field that a session has. */
function story(): Story {
  const fields = { [hostile]: hostile, list: [hostile, { [hostile]: hostile }], __proto__: { polluted: true } };
  const told = new Story()
    .add("session_created", { userId: "ada", tags: [hostile.slice(0, 200)], initial: { source: hostile } })
    .add("metadata_updated", {
      title: hostile,
      model: hostile,
      liveness: { status: "running", since: hostile, reason: hostile },
    })
    .add("goal_added", { goalId: id, description: hostile, priority: hostile })
    .add("agent_spawned", { agentId: id, type: id, task: hostile, parentAgentId: id })
    .add("state_updated", { phase: hostile, currentStep: hostile, workspace: { cwd: hostile }, ...fields })
    .prompt(hostile, hostile)
    .says(hostile)
    .response({ type: "thinking", text: hostile });
  for (const type of ["bash_exec", "file_write", "file_edit", "mcp_call", "task_spawn", "tool_call"]) {
    const input = {
      command: hostile,
      file_path: hostile,
      content: hostile,
      prompt: hostile,
      description: hostile,
      ...fields,
    };
    told.tool(type, hostile, input, {
      status: "error",
      error: { message: hostile, type: hostile },
      result: { stdout: hostile, stderr: hostile },
    });
    const { command: _command, ...file } = input;
    told.tool(type, hostile, file, {
      result: {
        content: [
          { type: "text", text: hostile },
          { type: "image", mimeType: "image/svg+xml", data: hostile },
        ],
      },
    });
    told.tool(
      type,
      hostile,
      { file_path: hostile, old_string: hostile, new_string: `${hostile}!` },
      { result: { filePath: hostile, structuredPatch: [{ oldStart: hostile, lines: [hostile, `+${hostile}`] }] } },
    );
  }
  for (const type of ["agent_started", "compaction", "notification", "agent_event", id]) {
    told.action({ type, message: hostile, reason: hostile, name: hostile, extra: fields });
  }
  return told
    .action({ type: "step_start", stepId: hostile, name: hostile, input: fields })
    .response({
      type: "model_call",
      callId: hostile,
      model: hostile,
      provider: hostile,
      stopReason: hostile,
      tokens: { input: 1, output: 1 },
    })
    .response({ type: "turn_end", turn: hostile, status: "error", error: { message: hostile } })
    .action({ type: "wait_started", kind: "permission", message: hostile, tool: hostile, input: fields })
    .add("metadata_updated", {
      liveness: {
        status: "waiting",
        since: hostile,
        waitingFor: { kind: "permission", message: hostile, tool: hostile, input: fields },
      },
    })
    .add("agent_completed", { agentId: id, status: "failed", result: hostile });
}

test("shows hostile text in every field as text", async ({ dashboard }) => {
  await tell(dashboard, "hostile", story());
  const page = await dashboard.open({ path: "sessions/hostile?minor=1" });
  const asked: string[] = [];
  page.on("request", (request) => asked.push(request.url()));
  await page.getByText("asks for permission").first().waitFor();

  const rows = page.locator(".feed-row");
  await page.locator(".feed-scroller").focus();
  await page.keyboard.press("Home");
  await page.locator('.feed-row[data-seq="1"]').waitFor();
  // Every item opened, each shown as it is read and as JSON.
  for (let index = 0; index < story().events.length; index++) {
    await page.keyboard.press("Enter");
    if (index % 3 === 0) await page.keyboard.press("r");
    await page.keyboard.press("j");
  }
  await page.getByText("Following").or(page.locator(".feed-row-selected")).first().waitFor();
  for (const tab of [/Goals/, /Agents/, /State/]) {
    await page.getByRole("tab", { name: tab }).click();
    await page.getByRole("tabpanel").getByText("onerror").first().waitFor();
  }
  await page.getByRole("button", { name: /^Mark #/ }).click();
  await page.getByRole("slider", { name: "Moment" }).fill("2");
  await page.getByRole("button", { name: /^Compare/ }).click();
  await page.getByRole("region", { name: "What changed" }).getByText("onerror").first().waitFor();

  expect(await page.evaluate("window.hit")).toBeUndefined();
  expect(await page.evaluate("({}).polluted")).toBeUndefined();
  expect(await page.locator("img[src=x], .feed script, .feed iframe, .feed svg[onload]").count()).toBe(0);
  const hrefs = await page.evaluate<string[]>("[...document.links].map((link) => link.getAttribute('href') ?? '')");
  const protocols = hrefs.map((href) => new URL(href, page.url()).protocol);
  expect(protocols.filter((protocol) => !["http:", "https:", "mailto:"].includes(protocol))).toEqual([]);
  expect(asked.filter((url) => !url.startsWith(dashboard.server.url) && !url.startsWith("data:image/png"))).toEqual([]);
  // Nothing steers the reader: what hides or turns text around is spelled out.
  expect(await page.locator("body").innerText()).not.toMatch(/[\u202e\u200b\u0000\u001b]/);
  expect(await rows.count()).toBeGreaterThan(0);
});
