import { appendFileSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, vi, test as base } from "vitest";
import type { NewEvent, SessionEvent } from "../core/event.js";
import { openFileStore } from "../storage/file/file-store.js";
import { type Folder, freshFolder, runCli, startCli } from "./cli-fixture.js";

const test = base.extend<Folder>(freshFolder);

const events: NewEvent[] = [
  { type: "session_created", data: { userId: "ada", tags: ["nightly"] }, eventId: "e-1", timestamp: "2026-01-01T10:00:00.000Z" },
  { type: "action", data: { type: "tool_call", tool: "grep", note: "find\u001b[31m the needle" }, eventId: "e-2", timestamp: "2026-01-01T10:00:01.000Z" },
  { type: "goal_added", data: { goalId: "g1", description: "Find it" }, eventId: "e-3", timestamp: "2026-01-01T10:00:02.000Z" },
  { type: "response", data: { type: "message", text: "found" }, eventId: "e-4", timestamp: "2026-01-01T10:00:03.000Z" },
];

async function fill(path: string, sessionId = "s1"): Promise<void> {
  const store = await openFileStore({ path });
  await store.append(sessionId, events);
  await store.close();
}

async function exported(storage: string, sessionId = "s1"): Promise<SessionEvent[]> {
  const { stdout, stderr, code } = await runCli(["export", sessionId, "--storage", storage]);
  expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as SessionEvent);
}

/** What an import must keep; receivedAt is the clock of whoever stored it. */
function kept(list: SessionEvent[]) {
  return list.map(({ type, seq, timestamp, eventId, data }) => {
    const { receivedAt: _receivedAt, ...rest } = data;
    return { type, seq, timestamp, eventId, data: rest };
  });
}

test("export writes every event as it is stored, and import keeps times and ids", async ({ folder }) => {
  await fill(join(folder, "a"));
  const before = await exported(join(folder, "a"));
  expect(before.map(({ eventId }) => eventId)).toEqual(["e-1", "e-2", "e-3", "e-4"]);
  const file = join(folder, "s1.ndjson");
  expect((await runCli(["export", "s1", "--storage", join(folder, "a"), "--output", file])).stderr).toBe(`Wrote 4 events of 's1' to ${file}\n`);
  const imported = await runCli(["import", file, "--storage", join(folder, "b")]);
  expect(imported).toEqual({ code: 0, stdout: "Stored 4 events of 1 sessions; 0 were there already.\n", stderr: "" });
  expect(kept(await exported(join(folder, "b")))).toEqual(kept(before));
});

test("importing again stores nothing, and a broken off import goes on", async ({ folder }) => {
  const storage = join(folder, "a");
  await fill(storage);
  const input = (await exported(storage)).map((event) => JSON.stringify(event));
  const half = `${input.slice(0, 2).join("\n")}\n`;
  const target = ["--storage", join(folder, "b"), "--json"];
  const run = async (text: string) => JSON.parse((await runCli(["import", "-", ...target], { input: text })).stdout) as object;
  expect(await run(half)).toMatchObject({ stored: 2, present: 0 });
  expect(await run(input.join("\n"))).toMatchObject({ stored: 2, present: 2, sessions: 1 });
  expect(await run(input.join("\n"))).toMatchObject({ stored: 0, present: 4 });
  expect(await exported(join(folder, "b"))).toHaveLength(4);
});

test("a folder that was exported is a session's folder, and is imported as one", async ({ folder }) => {
  await fill(join(folder, "a"));
  const out = join(folder, "backup");
  mkdirSync(out);
  expect((await runCli(["export", "s1", "--storage", join(folder, "a"), "--format", "folder", "--output", out])).code).toBe(0);
  expect(readdirSync(join(out, "s1")).toSorted()).toEqual(["actions.jsonl", "changes.jsonl", "initial.json", "metadata.json", "responses.jsonl", "state.json"]);
  const original = join(folder, "a", "sessions", "s1");
  for (const name of ["actions.jsonl", "changes.jsonl", "responses.jsonl"]) {
    expect(readFileSync(join(out, "s1", name), "utf8")).toBe(readFileSync(join(original, name), "utf8"));
  }
  expect(JSON.parse(readFileSync(join(out, "s1", "state.json"), "utf8"))).toEqual(JSON.parse(readFileSync(join(original, "state.json"), "utf8")));
  expect((await runCli(["import", join(out, "s1"), "--storage", join(folder, "b")])).stdout).toContain("Stored 4 events of 1 sessions");
  expect(kept(await exported(join(folder, "b")))).toEqual(kept(await exported(join(folder, "a"))));
});

test("a log of several pages is exported whole, and what a session has besides stays", async ({ folder }) => {
  const actions = Array.from({ length: 2500 }, (_, index): NewEvent => ({ type: "action", data: { type: "t", index }, eventId: `a-${index}` }));
  const store = await openFileStore({ path: join(folder, "a") });
  await store.append("s1", actions);
  await store.close();
  const lines = (await exported(join(folder, "a"))).slice(1);
  expect(lines.map(({ data }) => data["index"])).toEqual(Array.from({ length: 2500 }, (_, index) => index));

  const input = lines.slice(0, 2).map((event) => JSON.stringify(event)).join("\n");
  const other = join(folder, "b");
  await runCli(["import", "-", "--storage", other], { input: good("of-its-own") });
  expect((await runCli(["import", "-", "--storage", other], { input })).stdout).toBe("Stored 2 events of 1 sessions; 0 were there already.\n");
  expect((await exported(other)).map(({ eventId }) => eventId)).toEqual([expect.any(String), "of-its-own", "a-0", "a-1"]);
});

test("export refuses to write over a folder", async ({ folder }) => {
  await fill(join(folder, "a"));
  mkdirSync(join(folder, "s1"));
  const { code, stderr } = await runCli(["export", "s1", "--storage", "a", "--format", "folder"], { cwd: folder });
  expect(code).toBe(2);
  expect(stderr).toContain("exists already");
});

test("imports a whole storage", async ({ folder }) => {
  await fill(join(folder, "a"), "s1");
  await fill(join(folder, "a"), "s2");
  expect((await runCli(["import", "a", "--storage", "b"], { cwd: folder })).stdout).toBe("Stored 8 events of 2 sessions; 0 were there already.\n");
});

test("imports a folder of the service that came before", async ({ folder }) => {
  const old = join(folder, "old-session");
  mkdirSync(old);
  writeFileSync(join(old, "metadata.json"), '{"sessionId":"old-session","userId":"ada","created":"2025-01-01T00:00:00.000Z","status":"active"}');
  writeFileSync(join(old, "state.json"), '{"goals":[{"id":"g","description":"Keep"}],"agents":{"spawned":[],"active":[],"completed":[]}}');
  writeFileSync(join(old, "actions.jsonl"), '{"seq":1,"timestamp":"2025-01-01T00:00:01.000Z","type":"tool_call"}\n');
  writeFileSync(join(old, "responses.jsonl"), "");
  const first = await runCli(["import", old, "--storage", join(folder, "b"), "--json"]);
  expect(first).toMatchObject({ code: 0, stderr: "" });
  const list = await exported(join(folder, "b"), "old-session");
  expect(list.map(({ type }) => type)).toEqual(expect.arrayContaining(["session_created", "action", "goal_added"]));
  expect(list.find(({ type }) => type === "action")!.timestamp).toBe("2025-01-01T00:00:01.000Z");
  expect(JSON.parse((await runCli(["import", old, "--storage", join(folder, "b"), "--json"])).stdout)).toMatchObject({ stored: 0 });
});

const good = (eventId: string) => JSON.stringify({ type: "action", sessionId: "s1", eventId, data: { type: "t" } });

test("reports each bad line with its place, and stores nothing of that file", async ({ folder }) => {
  const lines = [good("a"), "not json", "[]", '{"type":"action","data":{"type":"t"}}', '{"type":"acton","sessionId":"s1","data":{}}', '{"type":"action","sessionId":"../x","data":{"type":"t"}}', good("b")];
  writeFileSync(join(folder, "bad.ndjson"), lines.join("\n"));
  writeFileSync(join(folder, "good.ndjson"), `${good("c")}\n`);
  const { code, stdout, stderr } = await runCli(["import", "bad.ndjson", "good.ndjson", "--storage", "b"], { cwd: folder });
  expect(code).toBe(1);
  expect(stdout).toBe("Stored 1 events of 1 sessions; 0 were there already.\n");
  expect(stderr).toContain("bad.ndjson:2: is not JSON\nbad.ndjson:3: is not a JSON object\nbad.ndjson:4: has no sessionId\nbad.ndjson:5: type: ");
  expect(stderr).toContain("bad.ndjson:6: sessionId: must be 1 to 128 letters");
  expect(stderr).toContain("Nothing was stored of 1 of 2 inputs.");
  expect((await exported(join(folder, "b"))).map(({ eventId }) => eventId)).toEqual([expect.any(String), "c"]);
});

test("with --skip-bad leaves out only the bad lines", async ({ folder }) => {
  writeFileSync(join(folder, "bad.ndjson"), [good("a"), "not json", good("b")].join("\n"));
  const { code, stdout, stderr } = await runCli(["import", "bad.ndjson", "--storage", "b", "--skip-bad"], { cwd: folder });
  expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: "Stored 2 events of 1 sessions; 0 were there already.\n", stderr: "bad.ndjson:2: is not JSON\n" });
});

test("events without an id of their own are stored once, however often they are imported", async ({ folder }) => {
  const line = '{"type":"action","sessionId":"s1","data":{"type":"t"}}\n';
  writeFileSync(join(folder, "x.ndjson"), line + line);
  const run = async () => JSON.parse((await runCli(["import", "x.ndjson", "--storage", "b", "--json"], { cwd: folder })).stdout) as object;
  expect(await run()).toMatchObject({ stored: 2, present: 0 });
  expect(await run()).toMatchObject({ stored: 0, present: 2 });
});

test("refuses to mix a session with another of the same id", async ({ folder }) => {
  await fill(join(folder, "a"));
  const input = `${JSON.stringify({ type: "session_created", sessionId: "s1", eventId: "other", data: {} })}\n${good("x")}\n`;
  const { code, stderr } = await runCli(["import", "-", "--storage", join(folder, "a")], { input });
  expect(code).toBe(1);
  expect(stderr).toContain("the session 's1' exists already with another history");
  expect(await exported(join(folder, "a"))).toHaveLength(4);
});

test("refuses to store into, repair or reindex a folder that another process has open", async ({ folder }) => {
  const storage = join(folder, "a");
  await fill(storage);
  const holder = await openFileStore({ path: storage });
  try {
    for (const argv of [["import", "-"], ["repair"], ["reindex"]]) {
      const { code, stderr } = await runCli([...argv, "--storage", storage], { input: good("x") });
      expect(stderr).toContain(`in use by process ${process.pid}`);
      expect(code).toBe(1);
    }
  } finally {
    await holder.close();
  }
});

test("verify finds what is broken and ends with 1, repair mends it, verify is content", async ({ folder }) => {
  const storage = join(folder, "a");
  await fill(storage);
  expect(await runCli(["verify", "--storage", storage])).toEqual({ code: 0, stdout: "Everything is in order.\n", stderr: "" });
  appendFileSync(join(storage, "sessions", "s1", "actions.jsonl"), '{"seq":5,"tim');
  const found = await runCli(["verify", "--storage", storage]);
  expect(found.code).toBe(1);
  expect(found.stdout).toContain("sessions/s1/actions.jsonl:2: is torn");
  expect(found.stdout).toContain(`claude-sessions repair --storage ${storage}`);
  const asJson = await runCli(["verify", "--storage", storage, "--json"]);
  expect(asJson.code).toBe(1);
  expect(JSON.parse(asJson.stdout)).toMatchObject({ sessionId: "s1", line: 2, repairable: true });
  const size = () => statSync(join(storage, "sessions", "s1", "actions.jsonl")).size;
  const before = size();
  expect((await runCli(["repair", "--dry-run", "--storage", storage])).stdout).toContain("Would mend 1 thing.");
  expect(size()).toBe(before);
  expect((await runCli(["repair", "--storage", storage])).stdout).toMatch(/actions\.jsonl: .*\n(.*\n)*Mended \d+ things?\./);
  expect((await runCli(["verify", "--storage", storage])).code).toBe(0);
  expect((await runCli(["repair", "--storage", storage])).stdout).toBe("There is nothing to mend.\n");
});

test("reindex builds the index anew from the files", async ({ folder }) => {
  const storage = join(folder, "a");
  await fill(storage);
  const index = join(storage, "index.sqlite");
  const before = new DatabaseSync(index);
  before.exec("CREATE TABLE of_the_old_index (x)");
  before.close();
  expect(await runCli(["reindex", "--storage", storage])).toEqual({ code: 0, stdout: "Indexed 1 sessions with 4 events.\n", stderr: "" });
  const after = new DatabaseSync(index);
  expect(after.prepare("SELECT name FROM sqlite_master WHERE name = 'of_the_old_index'").all()).toEqual([]);
  after.close();
  const { stdout } = await runCli(["query", "search", "needle", "--storage", storage, "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({ hits: [{ sessionId: "s1", seq: 2 }] });
});

test("queries read the files with no server", async ({ folder }) => {
  const storage = join(folder, "a");
  await fill(storage);
  const query = (...argv: string[]) => runCli(["query", ...argv, "--storage", storage], { now: () => Date.parse("2026-01-01T10:05:03.000Z"), columns: 120 });
  expect((await query("recent")).stdout).toBe("s1\tactive\tada\t\t4\t0\t2026-01-01T10:00:03.000Z\tnightly\n");
  expect((await query("sessions", "--user", "bob")).stdout).toBe("");
  expect((await query("stats")).stdout).toContain("total\t1\nactive\t1\n");
  expect((await query("state", "s1")).stdout).toMatch(/^s1\n(.*\n)*GOAL +STATUS.*\ng1 +pending .*Find it\n$/);
  const past = JSON.parse((await query("state", "s1", "--at", "2", "--json")).stdout) as object;
  expect(past).toMatchObject({ seq: 2, goals: [] });
  expect((await query("events", "s1", "--types", "goal_added")).stdout).toBe('3\t2026-01-01T10:00:02.000Z\tgoal_added\t{"goalId":"g1","description":"Find it"}\n');
  const missing = await query("events", "nobody");
  expect(missing).toEqual({ code: 1, stdout: "", stderr: "claude-sessions: There is no session 'nobody'.\n" });
});

test("on a terminal, text of agents is shown and never obeyed", async ({ folder }) => {
  const storage = join(folder, "a");
  await fill(storage);
  const { stdout } = await runCli(["query", "events", "s1", "--storage", storage], { isTTY: true, env: { NO_COLOR: "1" }, columns: 120 });
  expect(stdout).toContain('tool_call tool=grep note="find\\e[31m the needle"');
  expect(stdout).not.toContain("\u001b");
  const colored = await runCli(["query", "events", "s1", "--storage", storage], { isTTY: true });
  expect(colored.stdout).toContain("\u001b[36maction");
});

test("follows the files while another process writes them, until it is interrupted", async ({ folder }) => {
  const storage = join(folder, "a");
  const store = await openFileStore({ path: storage });
  try {
    await store.append("s1", events);
    const run = startCli(["query", "events", "s1", "--follow", "--json", "--storage", storage]);
    await vi.waitFor(() => expect(run.stdout).toContain('"seq":4'), { timeout: 5_000 });
    await store.append("s1", [{ type: "action", data: { type: "later" } }]);
    await vi.waitFor(() => expect(run.stdout).toContain('"later"'), { timeout: 5_000 });
    run.signal("SIGINT");
    expect(await run.finished).toBe(130);
    const seqs = run.stdout.trimEnd().split("\n").map((line) => (JSON.parse(line) as SessionEvent).seq);
    expect(seqs).toEqual([1, 2, 3, 4, 5]);
    expect(run.stderr).toBe("");
  } finally {
    await store.close();
  }
});
