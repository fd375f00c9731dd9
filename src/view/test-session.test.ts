import { expect, onTestFinished, test } from "vitest";
import { createClient } from "../client/http-client.js";
import { startTestServer } from "../server/testing/test-server.js";
import { buildFeed } from "./feed.js";
import { realClock } from "./real-clock.js";
import { playTestSession, storyLength } from "./test-session.js";
import { testStories } from "./test-stories.js";

/** The clock of somebody who does not want to wait. */
const hurried = { ...realClock, setTimer: (run: () => void) => realClock.setTimer(run, 0) };

async function start() {
  const server = await startTestServer();
  onTestFinished(() => server.close());
  return createClient({ url: server.url });
}

test.for(testStories.map((story, index) => [story.name, index] as const))(
  "plays %s to its end, and everything in it has its word",
  async ([, index]) => {
    const client = await start();
    const { signal } = new AbortController();
    const sessionId = await playTestSession({ client, clock: hurried, signal, story: index });
    const { metadata, state } = await client.getSession(sessionId);
    expect(metadata.tags).toContain("test");
    expect(["completed", "failed"]).toContain(metadata.status);
    expect(metadata.cost).toBeGreaterThan(0);
    expect(state.goals.every(({ status }) => status !== "in_progress" && status !== "pending")).toBe(true);
    expect(state.agents.every(({ status }) => status !== "active")).toBe(true);
    const items = buildFeed(await client.listEvents(sessionId, { limit: 1000 }), { toHead: true });
    expect(items.filter(({ kind }) => kind === "other")).toEqual([]);
    expect(items.filter(({ status }) => status === "running" || status === "unknown")).toEqual([]);
  },
);

test("is watched for some seconds, and not for minutes", () => {
  for (const story of testStories) {
    expect(storyLength(story.steps())).toBeGreaterThan(5_000);
    expect(storyLength(story.steps())).toBeLessThan(25_000);
  }
});

test("ends where it is when it is told to", async () => {
  const client = await start();
  const stop = new AbortController();
  const created: string[] = [];
  const play = playTestSession({
    client,
    clock: realClock,
    signal: stop.signal,
    story: 0,
    onCreated: (id) => {
      created.push(id);
      stop.abort();
    },
  });
  const sessionId = await play;
  expect(created).toEqual([sessionId]);
  expect((await client.getSession(sessionId)).metadata).toMatchObject({ status: "active", eventCount: 1 });
});
