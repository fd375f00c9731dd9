import { expect } from "vitest";
import type { Locator, Page } from "playwright-core";
import { test, type Dashboard } from "./browser.js";
import { Story, tell } from "./session-story.js";

/** A call of this tool, opened. */
async function opened(dashboard: Dashboard, story: Story, tool: string): Promise<{ page: Page; call: Locator }> {
  await tell(dashboard, "tools", story);
  const page = await dashboard.open({ path: "sessions/tools" });
  const call = page.locator(".feed-row-tool", { hasText: tool }).first();
  await call.getByRole("button", { name: new RegExp(tool) }).click();
  await call.locator(".item-parts").waitFor();
  return { page, call };
}

const begun = () => new Story().add("session_created", {}).prompt("t", "go");

test("shows an agent's own list as one, with how far it is", async ({ dashboard }) => {
  const todos = [
    { content: "Find the places", status: "completed" },
    { content: "Write the <b>tests</b>", status: "in_progress" },
    { content: "Drop the columns", status: "pending" },
  ];
  const story = begun().tool("tool_call", "TodoWrite", { todos }, { result: { oldTodos: [], newTodos: todos } });
  const { call } = await opened(dashboard, story, "TodoWrite");
  expect(await call.locator(".feed-row-line").innerText()).toContain("1/3 done · Write the <b>tests</b>");
  const items = call.locator(".item-tasks > li");
  expect(await items.allInnerTexts()).toEqual([
    expect.stringMatching(/^Find the places\s+done$/),
    expect.stringMatching(/^Write the <b>tests<\/b>\s+in progress$/),
    expect.stringMatching(/^Drop the columns\s+to do$/),
  ]);
});

test("shows what a search of the web found as links, but none that leads elsewhere than the web", async ({
  dashboard,
}) => {
  const content = [
    { title: "Rounding", url: "https://example.org/rounding" },
    { title: "Evil", url: "javascript:window.hit=1" },
  ];
  const result = { query: "rounding", results: [{ tool_use_id: "x", content }, "Both say **even**."] };
  const { page, call } = await opened(dashboard, begun().tool("tool_call", "WebSearch", { query: "rounding" }, { result }), "WebSearch"); // prettier-ignore
  await call.getByRole("link", { name: "Rounding" }).waitFor();
  expect(await call.getByRole("link").count()).toBe(1);
  await call.locator("strong", { hasText: "even" }).waitFor();
  await call.getByText("Evil").click();
  expect(await page.evaluate("window.hit")).toBeUndefined();
});

test("shows a page that was read as Markdown, and the files that a search found", async ({ dashboard }) => {
  const result = { code: 200, codeText: "OK", bytes: 2_048, result: "## Half to even", url: "https://example.org" };
  const story = begun()
    .tool("tool_call", "WebFetch", { url: "https://example.org", prompt: "What is said?" }, { result })
    .tool("tool_call", "Grep", { pattern: "total", path: "src" }, { result: { filenames: ["src/a.ts", "src/b.ts"] } });
  const { page, call } = await opened(dashboard, story, "WebFetch");
  await call.getByText("200 OK").waitFor();
  await call.locator(".markdown-heading", { hasText: "Half to even" }).waitFor();
  const search = page.locator(".feed-row-tool", { hasText: "Grep" });
  expect(await search.innerText()).toContain("total in src");
  await search.getByRole("button", { name: /Grep/ }).click();
  expect(await search.getByLabel("Output").innerText()).toBe("src/a.ts\nsrc/b.ts");
});

test("shows the fields of other calls as words, and what is nested as JSON", async ({ dashboard }) => {
  const input = { owner: "shop", draft: false, labels: ["bug"] };
  const story = begun().tool("mcp_call", "mcp__github__create_issue", input, { result: { id: 12 } });
  const { call } = await opened(dashboard, story, "github.create_issue");
  expect(await call.locator(".item-facts dt").allInnerTexts()).toEqual(["owner", "draft", "id"]);
  expect(await call.locator(".item-facts dd").allInnerTexts()).toEqual(["shop", "false", "12"]);
  await call.locator(".json-block", { hasText: "bug" }).waitFor();
});

test("obeys an output's colours, and no other sequence", async ({ dashboard }) => {
  const stdout = "\u001b[32mok\u001b[0m \u001b[2J\u001b]0;title\u0007\u001b[38;2;255;0;0mred\u001b[0m";
  const { page, call } = await opened(dashboard, begun().tool("bash_exec", "Bash", { command: "x" }, { result: { stdout } }), "Bash"); // prettier-ignore
  const output = call.getByLabel("Output");
  await output.locator(".ansi-2", { hasText: "ok" }).waitFor();
  const colour = "getComputedStyle(document.querySelector('.output-line span[style*=color]')).color";
  expect(await page.evaluate(colour)).toBe("rgb(255, 0, 0)");
  expect(await output.innerText()).toContain("\\e[2J");
  expect(await page.title()).not.toBe("title");
});
