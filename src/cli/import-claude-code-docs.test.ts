import { readFileSync } from "node:fs";
import { expect, test as base, vi } from "vitest";
import { configWith, sessionOfCapture, transcriptNow } from "../server/testing/transcript-fixture.js";
import { startTestServer } from "../server/testing/test-server.js";
import { type Folder, freshFolder, startCli } from "./cli-fixture.js";

const test = base.extend<Folder>(freshFolder);
const page = readFileSync(new URL("../../docs/agents/claude-code-transcripts.md", import.meta.url), "utf8");
const commands = [...page.matchAll(/```sh\n([^`]*)```/g)].flatMap(([, block]) => block!.trim().split("\n"));

test("the page of the transcripts has commands", () => expect(commands.length).toBeGreaterThan(2));

test.for(commands)("does what the page says: %s", async (line, { folder }) => {
  const config = configWith(folder, "bash");
  await using server = await startTestServer({ now: () => transcriptNow });
  const [name, ...args] = line.replace("~/.claude", config).split(" ");
  expect(name).toBe("claude-sessions");
  const env = { CLAUDE_CONFIG_DIR: config, SESSION_SERVICE_URL: server.url };
  const run = startCli(args, { env });
  const sessionId = sessionOfCapture("bash");
  await vi.waitFor(async () => expect(await server.store.head(sessionId)).toBeGreaterThan(10), { timeout: 10_000 });
  if (args.includes("--watch")) run.signal("SIGINT");
  expect(await run.finished).toBe(args.includes("--watch") ? 130 : 0);
});
