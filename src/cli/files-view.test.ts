import { expect, onTestFinished, test as base, vi } from "vitest";
import type { NewEvent } from "../core/event.js";
import { openFileStore } from "../storage/file/file-store.js";
import type { SessionStore } from "../storage/session-store.js";
import { realClock } from "../view/real-clock.js";
import { createSessionList } from "../view/session-list.js";
import { createSessionView } from "../view/session-view.js";
import { freshFolder, type Folder } from "./cli-fixture.js";
import { openFilesView } from "./files-view.js";

const test = base.extend<Folder & { store: SessionStore }>({
  ...freshFolder,
  store: async ({ folder }, use) => {
    const store = await openFileStore({ path: folder });
    await use(store);
    await store.close();
  },
});

function note(text: string): NewEvent {
  return { type: "action", data: { type: "note", text } };
}

async function openSource(folder: string) {
  const source = await openFilesView(folder);
  onTestFinished(() => source.close());
  return source;
}

test("a list of files shows what a server does to them, also to a session that was quiet", async ({
  folder,
  store,
}) => {
  await store.append("a", [note("x")]);
  await store.append("b", [note("x")]);
  const list = createSessionList({ source: await openSource(folder), clock: realClock });
  onTestFinished(() => list.close());
  list.subscribe(() => {});
  const ids = () => list.getSnapshot().rows.map(({ sessionId, events }) => `${sessionId}:${events}`);
  await vi.waitFor(() => expect(ids()).toEqual(["b:2", "a:2"]), 5_000);
  await vi.waitFor(() => expect(list.getSnapshot().connection.state).toBe("live"));
  await store.append("a", [note("y"), { type: "state_updated", data: { phase: "build" } }]);
  await store.append("c", [note("z")]);
  await vi.waitFor(() => expect(ids()).toEqual(["c:2", "a:4", "b:2"]), 5_000);
  await vi.waitFor(() => expect(list.getSnapshot().rows[1]!.summary?.phase).toBe("build"), 5_000);
  await store.delete("b");
  await vi.waitFor(() => expect(ids()).toEqual(["c:2", "a:4"]), 5_000);
});

test("a session of files is shown, filtered, travelled in and followed as one of a server", async ({
  folder,
  store,
}) => {
  const events = Array.from({ length: 1_500 }, (_, n): NewEvent => {
    if (n % 500 === 3)
      return { type: "response", data: { type: "tool_result", toolCallId: `t${n}`, tool: "Bash", status: "ok" } };
    return n % 2 ? note(`n${n}`) : { type: "state_updated", data: { phase: `p${n}` } };
  });
  await store.append("s", events);
  const view = createSessionView({ source: await openSource(folder), clock: realClock, sessionId: "s" });
  onTestFinished(() => view.close());
  view.subscribe(() => {});
  await vi.waitFor(() => expect(view.getSnapshot().feed.items.at(-1)?.seq).toBe(1_501), 5_000);
  view.setFilter({ kinds: ["tool"] });
  await vi.waitFor(() => expect(view.getSnapshot().feed.items.map(({ seq }) => seq)).toEqual([5, 505, 1_005]));
  view.setMoment(900);
  await vi.waitFor(() => expect(view.getSnapshot().moment.state).toMatchObject({ phase: "p898", seq: 900 }));
  view.setFilter({ kinds: null });
  view.goLive();
  await store.append("s", [note("new")]);
  await vi.waitFor(() => expect(view.getSnapshot().feed.items.at(-1)?.seq).toBe(1_502), 5_000);
  await store.delete("s");
  await vi.waitFor(() => expect(view.getSnapshot().phase).toBe("missing"), 5_000);
});

test("what a folder cannot give is said to be absent", async ({ folder, store }) => {
  await store.append("s", [note("needle")]);
  const source = await openSource(folder);
  expect(source).toMatchObject({ kind: "files", place: folder, approvals: null });
  expect(await source.health()).toBeNull();
  expect(await source.stats()).toMatchObject({ total: 1, activeSessions: 1 });
  await expect(source.session("nobody")).rejects.toMatchObject({ code: "session_not_found" });
  await expect(openFilesView(`${folder}/none`)).rejects.toMatchObject({ code: "not_found" });
});
