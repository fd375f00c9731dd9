import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test as base } from "vitest";
import type { NewEvent } from "../core/event.js";
import { openFileStore } from "../storage/file/file-store.js";
import { type Folder, freshFolder, runCli } from "./cli-fixture.js";
import { fill, exported, good, kept } from "./stored-session.js";

const test = base.extend<Folder>(freshFolder);
test("export writes every event as it is stored, and import keeps times and ids", async ({ folder }) => {
  await fill(join(folder, "a"));
  const before = await exported(join(folder, "a"));
  expect(before.map(({ eventId }) => eventId)).toEqual(["e-1", "e-2", "e-3", "e-4"]);
  const file = join(folder, "s1.ndjson");
  expect((await runCli(["export", "s1", "--storage", join(folder, "a"), "--output", file])).stderr).toBe(
    `Wrote 4 events of 's1' to ${file}\n`,
  );
  const imported = await runCli(["import", file, "--storage", join(folder, "b")]);
  expect(imported).toEqual({ code: 0, stdout: "Stored 4 events of 1 session; 0 were there already.\n", stderr: "" });
  expect(kept(await exported(join(folder, "b")))).toEqual(kept(before));
});

test("importing again stores nothing, and a broken off import goes on", async ({ folder }) => {
  const storage = join(folder, "a");
  await fill(storage);
  const input = (await exported(storage)).map((event) => JSON.stringify(event));
  const half = `${input.slice(0, 2).join("\n")}\n`;
  const target = ["--storage", join(folder, "b"), "--json"];
  const run = async (text: string) =>
    JSON.parse((await runCli(["import", "-", ...target], { input: text })).stdout) as object;
  expect(await run(half)).toMatchObject({ stored: 2, present: 0 });
  expect(await run(input.join("\n"))).toMatchObject({ stored: 2, present: 2, sessions: 1 });
  expect(await run(input.join("\n"))).toMatchObject({ stored: 0, present: 4 });
  expect(await exported(join(folder, "b"))).toHaveLength(4);
});

test("a folder that was exported is a session's folder, and is imported as one", async ({ folder }) => {
  await fill(join(folder, "a"));
  const out = join(folder, "backup");
  mkdirSync(out);
  expect(
    (await runCli(["export", "s1", "--storage", join(folder, "a"), "--format", "folder", "--output", out])).code,
  ).toBe(0);
  expect(readdirSync(join(out, "s1")).toSorted()).toEqual([
    "actions.jsonl",
    "changes.jsonl",
    "initial.json",
    "metadata.json",
    "responses.jsonl",
    "state.json",
  ]);
  const original = join(folder, "a", "sessions", "s1");
  for (const name of ["actions.jsonl", "changes.jsonl", "responses.jsonl"]) {
    expect(readFileSync(join(out, "s1", name), "utf8")).toBe(readFileSync(join(original, name), "utf8"));
  }
  expect(JSON.parse(readFileSync(join(out, "s1", "state.json"), "utf8"))).toEqual(
    JSON.parse(readFileSync(join(original, "state.json"), "utf8")),
  );
  expect((await runCli(["import", join(out, "s1"), "--storage", join(folder, "b")])).stdout).toContain(
    "Stored 4 events of 1 session",
  );
  expect(kept(await exported(join(folder, "b")))).toEqual(kept(await exported(join(folder, "a"))));
});

test("a log of several pages is exported whole, and what a session has besides stays", async ({ folder }) => {
  const actions = Array.from({ length: 2500 }, (_, index): NewEvent => ({
    type: "action",
    data: { type: "t", index },
    eventId: `a-${index}`,
  }));
  const store = await openFileStore({ path: join(folder, "a") });
  await store.append("s1", actions);
  await store.close();
  const lines = (await exported(join(folder, "a"))).slice(1);
  expect(lines.map(({ data }) => data["index"])).toEqual(Array.from({ length: 2500 }, (_, index) => index));

  const input = lines
    .slice(0, 2)
    .map((event) => JSON.stringify(event))
    .join("\n");
  const other = join(folder, "b");
  await runCli(["import", "-", "--storage", other], { input: good("of-its-own") });
  expect((await runCli(["import", "-", "--storage", other], { input })).stdout).toBe(
    "Stored 2 events of 1 session; 0 were there already.\n",
  );
  expect((await exported(other)).map(({ eventId }) => eventId)).toEqual([
    expect.any(String),
    "of-its-own",
    "a-0",
    "a-1",
  ]);
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
  expect((await runCli(["import", "a", "--storage", "b"], { cwd: folder })).stdout).toBe(
    "Stored 8 events of 2 sessions; 0 were there already.\n",
  );
});

test("imports a folder of the service that came before", async ({ folder }) => {
  const old = join(folder, "old-session");
  mkdirSync(old);
  writeFileSync(
    join(old, "metadata.json"),
    '{"sessionId":"old-session","userId":"ada","created":"2025-01-01T00:00:00.000Z","status":"active"}',
  );
  writeFileSync(
    join(old, "state.json"),
    '{"goals":[{"id":"g","description":"Keep"}],"agents":{"spawned":[],"active":[],"completed":[]}}',
  );
  writeFileSync(join(old, "actions.jsonl"), '{"seq":1,"timestamp":"2025-01-01T00:00:01.000Z","type":"tool_call"}\n');
  writeFileSync(join(old, "responses.jsonl"), "");
  const first = await runCli(["import", old, "--storage", join(folder, "b"), "--json"]);
  expect(first).toMatchObject({ code: 0, stderr: "" });
  const list = await exported(join(folder, "b"), "old-session");
  expect(list.map(({ type }) => type)).toEqual(expect.arrayContaining(["session_created", "action", "goal_added"]));
  expect(list.find(({ type }) => type === "action")!.timestamp).toBe("2025-01-01T00:00:01.000Z");
  expect(JSON.parse((await runCli(["import", old, "--storage", join(folder, "b"), "--json"])).stdout)).toMatchObject({
    stored: 0,
  });
});

test("reports each bad line with its place, and stores nothing of that file", async ({ folder }) => {
  const lines = [
    good("a"),
    "not json",
    "[]",
    '{"type":"action","data":{"type":"t"}}',
    '{"type":"acton","sessionId":"s1","data":{}}',
    '{"type":"action","sessionId":"../x","data":{"type":"t"}}',
    good("b"),
  ];
  writeFileSync(join(folder, "bad.ndjson"), lines.join("\n"));
  writeFileSync(join(folder, "good.ndjson"), `${good("c")}\n`);
  const { code, stdout, stderr } = await runCli(["import", "bad.ndjson", "good.ndjson", "--storage", "b"], {
    cwd: folder,
  });
  expect(code).toBe(1);
  expect(stdout).toBe("Stored 1 event of 1 session; 0 were there already.\n");
  expect(stderr).toContain(
    "bad.ndjson:2: is not JSON\nbad.ndjson:3: is not a JSON object\nbad.ndjson:4: has no sessionId\nbad.ndjson:5: type: ",
  );
  expect(stderr).toContain("bad.ndjson:6: sessionId: must be 1 to 128 letters");
  expect(stderr).toContain("Nothing was stored of 1 of 2 inputs. Mend what is reported above, or leave bad lines out");
  expect((await exported(join(folder, "b"))).map(({ eventId }) => eventId)).toEqual([expect.any(String), "c"]);
});

test.for([[], ["--skip-bad"]])(
  "says of a file of something else what it should be, once, with %j",
  async (flags, { folder }) => {
    writeFileSync(join(folder, "README.md"), "# A\n\nlong\ntext\n");
    const { code, stderr } = await runCli(["import", "README.md", "--storage", "b", ...flags], { cwd: folder });
    expect({ code, lines: stderr.trimEnd().split("\n") }).toEqual({
      code: flags.length === 0 ? 1 : 0,
      lines: [
        "README.md holds no events (line 1: is not JSON). An import takes what an export writes, one event in JSON a line, or a session's folder.",
        ...(flags.length === 0 ? ["claude-sessions: Nothing was stored."] : []),
      ],
    });
  },
);

test("with --skip-bad leaves out only the bad lines", async ({ folder }) => {
  writeFileSync(join(folder, "bad.ndjson"), [good("a"), "not json", good("b")].join("\n"));
  const { code, stdout, stderr } = await runCli(["import", "bad.ndjson", "--storage", "b", "--skip-bad"], {
    cwd: folder,
  });
  expect({ code, stdout, stderr }).toEqual({
    code: 0,
    stdout: "Stored 2 events of 1 session; 0 were there already.\n",
    stderr: "bad.ndjson:2: is not JSON\n",
  });
});

test("events without an id of their own are stored once, however often they are imported", async ({ folder }) => {
  const line = '{"type":"action","sessionId":"s1","data":{"type":"t"}}\n';
  writeFileSync(join(folder, "x.ndjson"), line + line);
  const run = async () =>
    JSON.parse((await runCli(["import", "x.ndjson", "--storage", "b", "--json"], { cwd: folder })).stdout) as object;
  expect(await run()).toMatchObject({ stored: 2, present: 0 });
  expect(await run()).toMatchObject({ stored: 0, present: 2 });
});

test("refuses to mix a session with another of the same id", async ({ folder }) => {
  await fill(join(folder, "a"));
  const input = `${JSON.stringify({ type: "session_created", sessionId: "s1", eventId: "other", data: {} })}\n${good("x")}\n`;
  const { code, stderr } = await runCli(["import", "-", "--storage", join(folder, "a")], { input });
  expect(code).toBe(1);
  expect(stderr).toContain("the session 's1' exists already with another history");
  expect(stderr, "leaving lines out would not help").not.toContain("--skip-bad");
  expect(await exported(join(folder, "a"))).toHaveLength(4);
});
