import { appendFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { expect, vi, test as base } from "vitest";
import type { SessionEvent } from "../core/event.js";
import { openFileStore } from "../storage/file/file-store.js";
import { type Folder, freshFolder, runCli, startCli } from "./cli-fixture.js";
import { events, fill, good } from "./stored-session.js";

const test = base.extend<Folder>(freshFolder);
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
  expect(await runCli(["verify", "--storage", storage])).toEqual({
    code: 0,
    stdout: "Everything is in order.\n",
    stderr: "",
  });
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
  expect((await runCli(["repair", "--storage", storage])).stdout).toMatch(
    /actions\.jsonl: .*\n(.*\n)*Mended \d+ things?\./,
  );
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
  expect(await runCli(["reindex", "--storage", storage])).toEqual({
    code: 0,
    stdout: "Indexed 1 session with 4 events.\n",
    stderr: "",
  });
  const after = new DatabaseSync(index);
  expect(after.prepare("SELECT name FROM sqlite_master WHERE name = 'of_the_old_index'").all()).toEqual([]);
  after.close();
  const { stdout } = await runCli(["query", "search", "needle", "--storage", storage, "--json"]);
  expect(JSON.parse(stdout)).toMatchObject({ hits: [{ sessionId: "s1", seq: 2 }] });
});

test("queries read the files with no server", async ({ folder }) => {
  const storage = join(folder, "a");
  await fill(storage);
  const query = (...argv: string[]) =>
    runCli(["query", ...argv, "--storage", storage], {
      now: () => Date.parse("2026-01-01T10:05:03.000Z"),
      columns: 120,
    });
  expect((await query("recent")).stdout).toBe("s1\tactive\tada\t\t4\t0\t2026-01-01T10:00:03.000Z\tnightly\n");
  expect((await query("sessions", "--user", "bob")).stdout).toBe("");
  expect((await query("stats")).stdout).toContain("total\t1\nactive\t1\n");
  expect((await query("state", "s1")).stdout).toMatch(/^s1\n(.*\n)*GOAL +STATUS.*\ng1 +pending .*Find it\n$/);
  const past = JSON.parse((await query("state", "s1", "--at", "2", "--json")).stdout) as object;
  expect(past).toMatchObject({ seq: 2, goals: [] });
  expect((await query("events", "s1", "--types", "goal_added")).stdout).toBe(
    '3\t2026-01-01T10:00:02.000Z\tgoal_added\t{"goalId":"g1","description":"Find it"}\n',
  );
  const missing = await query("events", "nobody");
  expect(missing).toEqual({ code: 1, stdout: "", stderr: "claude-sessions: There is no session 'nobody'.\n" });
});

test("on a terminal, text of agents is shown and never obeyed", async ({ folder }) => {
  const storage = join(folder, "a");
  await fill(storage);
  const { stdout } = await runCli(["query", "events", "s1", "--storage", storage], {
    isTTY: true,
    env: { NO_COLOR: "1" },
    columns: 120,
  });
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
    const seqs = run.stdout
      .trimEnd()
      .split("\n")
      .map((line) => (JSON.parse(line) as SessionEvent).seq);
    expect(seqs).toEqual([1, 2, 3, 4, 5]);
    expect(run.stderr).toBe("");
  } finally {
    await store.close();
  }
});
