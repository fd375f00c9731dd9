import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test as base } from "vitest";
import { openFileStore } from "../storage/file/file-store.js";
import {
  captureFolder,
  configWith,
  eventsIn,
  sessionOfCapture,
  storyOf,
  transcriptCaptures,
  transcriptNow,
} from "../server/testing/transcript-fixture.js";
import { startTestServer } from "../server/testing/test-server.js";
import { type Folder, freshFolder, runCli } from "./cli-fixture.js";

const test = base.extend<Folder>(freshFolder);
const now = () => transcriptNow;
const expected = new URL("../../test/fixtures/expected/claude-code-transcripts/", import.meta.url);

async function importInto(folder: string, config: string, ...more: string[]) {
  return runCli(["import", "claude-code", "--config-dir", config, ...more], { now, cwd: folder });
}

async function storedStory(folder: string, sessionId: string): Promise<string> {
  const store = await openFileStore({ path: join(folder, "s"), now });
  const story = await storyOf(store, sessionId, folder);
  await store.close();
  return story;
}

test.for(transcriptCaptures)(
  "imports the transcript of %s into a folder and into a server, the same",
  async (name, { folder }) => {
    const config = configWith(folder, name);
    const sessionId = sessionOfCapture(name);
    expect((await importInto(folder, config, "--storage", "s")).code).toBe(0);
    const story = await storedStory(folder, sessionId);
    await expect(story).toMatchFileSnapshot(new URL(`${name}.txt`, expected).pathname);
    await using server = await startTestServer({ now });
    expect((await importInto(folder, config, "--url", server.url)).stderr).toBe("");
    expect(await storyOf(server.store, sessionId, folder)).toBe(story);
  },
);

test.for(transcriptCaptures)(
  "imports %s again without a new event, and keeps when it happened",
  async (name, { folder }) => {
    const config = configWith(folder, name);
    await using server = await startTestServer({ now });
    await importInto(folder, config, "--url", server.url);
    const first = await eventsIn(server.store, sessionOfCapture(name));
    const again = await importInto(folder, config, "--url", server.url);
    expect(again.stdout).toBe("Stored 0 events of 1 session.\n");
    expect(await eventsIn(server.store, sessionOfCapture(name))).toEqual(first);
    const text = readFileSync(join(captureFolder(name), `${sessionOfCapture(name)}.jsonl`), "utf8");
    const times = [...text.matchAll(/"timestamp":"([^"]+)"/g)].map(([, time]) => time!).toSorted();
    const [from, to] = [times[0]!, times.at(-1)!];
    for (const { timestamp } of first) expect(timestamp >= from && timestamp <= to, timestamp).toBe(true);
  },
);
