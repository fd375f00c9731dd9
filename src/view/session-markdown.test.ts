import { expect, test } from "vitest";
import { sessionMarkdown } from "./session-markdown.js";
import { makeEvent, makeLog } from "./testing/make-events.js";
import { MemorySource } from "./testing/memory-source.js";

async function markdownOf(source: MemorySource): Promise<string> {
  const parts: string[] = [];
  for await (const part of sessionMarkdown(source, "s")) parts.push(part);
  return parts.join("");
}

test("writes what was said as it was said, and what was done under a line of its own", async () => {
  const source = new MemorySource();
  source.write(
    makeLog([
      ["session_created", { userId: "a|b" }],
      ["+user_prompt", { text: "Mend **it**" }],
      ["+bash_exec", { toolCallId: "c", tool: "Bash", input: { command: "npm test" } }],
      ["-tool_result", { toolCallId: "c", tool: "Bash", status: "error", error: { message: "\u001b[31mno\u001b[0m" } }],
      ["-assistant_message", { text: "Done." }],
    ]),
  );
  const text = await markdownOf(source);
  expect(text).toContain("| user | a\\|b |");
  expect(text).toMatch(/## prompt · .*\n\nMend \*\*it\*\*\n/);
  expect(text).toContain(
    "- **`Bash`** `npm test` (1.0s) — **error**\n\n  ```sh\n  npm test\n  ```\n\n  ```\n  no\n  ```\n",
  );
  expect(text).toMatch(/\*\*message · .*\*\*\n\nDone\.\n/);
});

test("lets nothing end a block of code that is part of it", async () => {
  const source = new MemorySource();
  source.write(
    makeLog([
      ["session_created"],
      ["+bash_exec", { tool: "Bash", input: { command: "cat <<'E'\n```\n# not a heading\n````\nE" } }],
    ]),
  );
  expect(await markdownOf(source)).toContain("`````sh");
});

test("reads a long log page by page, and tells all of it", async () => {
  const source = new MemorySource();
  const log = Array.from({ length: 9_500 }, (_, index) =>
    makeEvent(index + 1, "response", { type: "assistant_message", text: `message ${index + 1};` }),
  );
  source.write(log);
  const text = await markdownOf(source);
  expect(text.match(/message \d+;/g)).toHaveLength(9_500);
  expect(source.asked.filter((line) => line.startsWith("events"))).toHaveLength(10);
});
