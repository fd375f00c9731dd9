import { expect, onTestFinished, test, vi } from "vitest";
import { createClient } from "../src/client/http-client.js";
import { AppError } from "../src/core/errors.js";
import { temporaryFolder } from "../src/testing/temporary-folder.js";
import { realClock } from "../src/view/real-clock.js";
import { createServerSource } from "../src/view/server-source.js";
import { createSessionList } from "../src/view/session-list.js";
import { createSessionView } from "../src/view/session-view.js";
import { startServerProcess } from "./support/server-process.js";

/** Writes numbered notes one by one, each again and again until the server took it. */
async function write(url: string, sessionId: string, from: number, to: number): Promise<void> {
  const client = createClient({ url });
  for (let n = from; n <= to; n++) {
    for (;;) {
      const failure = await client.appendAction(sessionId, { type: "note", text: `n${n}` }, { eventId: `e${n}` }).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (failure === undefined) break;
      if (!(failure instanceof AppError && failure.retryable)) throw failure;
    }
  }
}

test("the views go on with no gap and no repeat when the server is killed while it is written to", async () => {
  using folder = temporaryFolder();
  let server = await startServerProcess(folder.path);
  onTestFinished(() => server.kill());
  const { url } = server;
  const port = Number(new URL(url).port);
  await write(url, "s", 1, 5);
  const options = { source: createServerSource({ url }), clock: realClock };
  const view = createSessionView({ ...options, sessionId: "s" });
  const list = createSessionList(options);
  onTestFinished(() => {
    view.close();
    list.close();
  });
  const states: string[] = [];
  view.subscribe(() => states.push(view.getSnapshot().connection.state));
  const frames: number[] = [];
  list.subscribe(() => frames.push(list.getSnapshot().rows.length));
  await vi.waitFor(() => expect(view.getSnapshot().feed.items).toHaveLength(6));
  await vi.waitFor(() => expect(list.getSnapshot().connection.state).toBe("live"));
  for (let round = 1; round <= 3; round++) {
    const writing = write(url, "s", round * 100, round * 100 + 60);
    const others = write(url, `other-${round}`, 1, 30);
    await vi.waitFor(() => expect(view.getSnapshot().head).toBeGreaterThan(6 + (round - 1) * 61 + 20), {
      timeout: 10_000,
    });
    await server.kill();
    await vi.waitFor(() => expect(view.getSnapshot().connection.state).toBe("lost"));
    server = await startServerProcess(folder.path, { port });
    await Promise.all([writing, others]);
  }
  await vi.waitFor(() => expect(view.getSnapshot().head).toBe(6 + 3 * 61), { timeout: 10_000 });
  expect(view.getSnapshot().feed.items.map(({ seq }) => seq)).toEqual(Array.from({ length: 189 }, (_, n) => n + 1));
  await vi.waitFor(
    () => {
      const rows = list.getSnapshot().rows.map(({ sessionId, events }) => [sessionId, events]);
      expect(Object.fromEntries(rows)).toEqual({ s: 189, "other-1": 31, "other-2": 31, "other-3": 31 });
    },
    { timeout: 10_000 },
  );
  expect(new Set(states)).toEqual(new Set(["connecting", "live", "lost"].filter((state) => states.includes(state))));
  expect(frames.length).toBeGreaterThan(0);
}, 60_000);
