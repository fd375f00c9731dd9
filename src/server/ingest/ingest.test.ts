import { setImmediate as turn } from "node:timers/promises";
import pino from "pino";
import { expect, test } from "vitest";
import { openFileStore } from "../../storage/file/file-store.js";
import { createMemoryStore } from "../../storage/memory/memory-store.js";
import type { SessionStore } from "../../storage/session-store.js";
import { temporaryFolder } from "../../testing/temporary-folder.js";
import { hook, hookSession, permission, post, pre, prompt, stop } from "../testing/hook-session.js";
import { createIngest } from "./ingest.js";

const logger = pino({ enabled: false });

test("goes on after a restart of the server with what was open: calls, waits, turns and messages", async () => {
  using folder = temporaryFolder();
  const before = await openFileStore({ path: folder.path });
  const piece = (index: number, delta: string, final: boolean) =>
    hook("MessageDisplay", { message_id: "m", index, delta, final });
  await hookSession("claude-code", { store: before }).send(
    prompt("p"),
    pre("a"),
    permission("a"),
    piece(0, "one ", false),
  );
  await before.close();
  const after = await openFileStore({ path: folder.path });
  const session = hookSession("claude-code", { store: after });
  await session.send(piece(1, "two", true), prompt("p"), post("a"), stop("one two"));
  expect((await session.text(5)).map((line) => line.split(" ")[0])).toEqual([
    "message_delta",
    "assistant_message",
    "tool_result",
    "wait_ended",
    "metadata_updated",
    "turn_end",
    "metadata_updated",
  ]);
  await after.close();
});

test("knows what another writer stored between two reports", async () => {
  const session = hookSession();
  await session.send(prompt("p"), pre("a"));
  const result = { type: "tool_result", toolCallId: "a", tool: "Bash", status: "ok" };
  await session.store.append("s-1", [{ type: "response", data: result, eventId: "tool-result:a" }]);
  await session.send(prompt("q"));
  expect((await session.text()).filter((line) => line.startsWith("tool_result"))).toHaveLength(1);
});

test("begins anew with a session that was deleted", async () => {
  const session = hookSession();
  await session.send(prompt("p"), pre("a"));
  await session.store.delete("s-1");
  await session.send(prompt("p"));
  expect((await session.text()).map((line) => line.split(" ")[0])).toEqual(["session_created", "user_prompt"]);
});

test("takes reports of one session in the order in which they come in, however many at once", async () => {
  using folder = temporaryFolder();
  const store = await openFileStore({ path: folder.path });
  const session = hookSession("claude-code", { store });
  const display = (n: number) => hook("MessageDisplay", { message_id: `m${n}`, delta: `x${n}`, final: true });
  const turnOf = (n: number) => [prompt(`p${n}`), pre(`a${n}`), post(`a${n}`), pre(`b${n}`), display(n), stop(`x${n}`)];
  const inputs = Array.from({ length: 20 }, (_, n) => turnOf(n)).flat();
  await Promise.all(inputs.map((input) => session.send(input)));
  const told = (await session.text()).map((line) => line.split(" ")[0]).filter((type) => type !== "metadata_updated");
  const calls = ["bash_exec", "tool_result", "bash_exec"];
  const turn = ["user_prompt", ...calls, "assistant_message", "tool_result", "turn_end"];
  expect(told).toEqual(["session_created", ...Array.from({ length: 20 }, () => turn).flat()]);
  await store.close();
});

test("takes a report while others write to the session without a pause", async () => {
  const session = hookSession();
  const stop = new AbortController();
  const noise = (async () => {
    for (let n = 0; !stop.signal.aborted && n < 10_000; n++) {
      await session.store.append("s-1", [{ type: "action", data: { type: "noise" } }]);
      await turn();
    }
  })();
  for (let n = 0; n < 20; n++) await session.send(pre(`c${n}`), post(`c${n}`));
  stop.abort();
  await noise;
  const { metrics } = (await session.session())!.metadata;
  expect(metrics.bashCommands).toBe(20);
});

test("maps a report with the key of an earlier one no more", async () => {
  const store = createMemoryStore();
  const ingest = createIngest({ store, now: Date.now, logger });
  let mapped = 0;
  const map = () => {
    mapped += 1;
    return [{ type: "action" as const, data: { type: "x" } }];
  };
  const first = await ingest.take("s", { source: "t", map, eventId: "k" });
  const again = await ingest.take("s", { source: "t", map, eventId: "k" });
  expect([mapped, again.events[0]!.seq]).toEqual([1, first.events[0]!.seq]);
});

test("lets a report that fails hold up none behind it", async () => {
  const store = createMemoryStore();
  const ingest = createIngest({ store, now: Date.now, logger });
  const bad = ingest.take("s", {
    source: "t",
    map: () => {
      throw new Error("no");
    },
  });
  const good = ingest.take("s", { source: "t", map: () => [{ type: "action", data: { type: "x" } }] });
  await expect(bad).rejects.toThrow("no");
  expect((await good).events).toHaveLength(1);
});

test("makes storable what the store would refuse, and loses nothing of it", async () => {
  const store = createMemoryStore();
  const ingest = createIngest({ store, now: Date.now, logger });
  const text = `{"type":"x","a":{"__proto__":1},"n":1e999,"seq":7,"deep":${"[".repeat(100)}"end"${"]".repeat(100)}}`;
  await ingest.take("s", { source: "t", map: () => [{ type: "action", data: JSON.parse(text) }] });
  const { lines } = await store.readPage("s", { of: "actions", limit: 1 });
  const stored = JSON.parse(Buffer.from(lines).toString());
  expect(stored).toMatchObject({ seq: 2, n: "Infinity" });
  expect(Object.hasOwn(stored.a, "___proto__")).toBe(true);
  expect(Buffer.from(lines).toString()).toContain("end");
});

test("counts what came, and keeps the newest of what could not be used", async () => {
  const session = hookSession();
  await session.send(prompt("p"));
  for (let n = 0; n < 30; n++) session.ingest.drop("claude-code", "it is odd", { n });
  const [figures] = session.ingest.figures();
  expect(figures).toMatchObject({ source: "claude-code", reports: 1, events: 2, lastSessionId: "s-1", dropped: 30 });
  expect(figures!.drops).toHaveLength(20);
  expect(figures!.drops.at(-1)).toMatchObject({ reason: "it is odd", sample: '{"n":29}' });
});

test("refuses more reports of a session than can wait for the storage", async () => {
  const store = createMemoryStore();
  const { promise: gate, resolve: open } = Promise.withResolvers<void>();
  const slow: SessionStore = Object.assign(Object.create(store) as SessionStore, {
    append: async (...call: Parameters<SessionStore["append"]>) => {
      await gate;
      return store.append(...call);
    },
  });
  const session = hookSession("claude-code", { store: slow });
  const sent = Array.from({ length: 1001 }, (_, n) => session.send(pre(`c${n}`)));
  const last = sent.pop()!;
  await expect(last).rejects.toMatchObject({ code: "storage_unavailable", retryAfter: 1 });
  open();
  await Promise.all(sent);
  expect((await session.session())!.metadata.metrics.bashCommands).toBe(1000);
});
