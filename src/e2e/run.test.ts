import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { AppError } from "../core/errors.js";
import { startTestServer, type TestServer } from "../server/testing/test-server.js";
import { temporaryFolder } from "../testing/temporary-folder.js";
import type { ScenarioReport } from "./report.js";
import { runActs, type Audience, type RunOptions } from "./run.js";
import type { Scenario } from "./scenarios/scenario.js";
import { settledLog, type Stage } from "./stage.js";
import { until } from "./until.js";
import { isWhatWasLive } from "./checks.js";
import type { World, WorldMaker } from "./world.js";

interface Theatre extends AsyncDisposable {
  worlds: WorldMaker;
  server: TestServer;
  /** What was done with worlds, in order. */
  done: string[];
  bundles: string;
}

/** Worlds with a real store in this process; their applications write one event each and end. */
async function theatre(): Promise<Theatre> {
  const server = await startTestServer();
  const folder = temporaryFolder();
  const done: string[] = [];
  const world: World = {
    url: server.url,
    dashboardUrl: server.url,
    startApplication: async (_application, sessionId) => {
      await server.call("POST", `/api/actions/${sessionId}`, { type: "hello" });
      await server.call("POST", `/api/sessions/${sessionId}/finalize`, {});
      return { ended: Promise.resolve(0), kill: async () => {}, startAgain: () => Promise.reject(new Error("no")) };
    },
    ask: async () => "",
    killStore: async () => {},
    startStore: async () => {},
    logs: async () => [{ name: "store.log", text: "a line\u001b[2J\n" }],
    keep: () => "it stays",
    end: async () => void done.push("end"),
  };
  const worlds: WorldMaker = {
    description: "this process",
    prepare: async () => void done.push("prepare"),
    create: async (name) => {
      done.push(`create ${name}`);
      return world;
    },
    dispose: () => void done.push("dispose"),
  };
  return {
    worlds,
    server,
    done,
    bundles: folder.path,
    [Symbol.asyncDispose]: async () => {
      await server.close();
      folder.remove();
    },
  };
}

const silent: Audience = {
  doing: () => {},
  scenarioStarted: () => {},
  event: () => {},
  scenarioEnded: () => {},
  failed: () => {},
};

function options({ worlds, bundles }: Theatre, run: Scenario["run"], more: Partial<RunOptions> = {}): RunOptions {
  const scenarios: Scenario[] = [{ name: "one", title: "a scenario", run }];
  return {
    acts: [{ name: "act", scenarios }],
    worlds,
    audience: silent,
    timeoutMs: 30_000,
    scripted: true,
    keep: false,
    bundles,
    signal: new AbortController().signal,
    now: Date.now,
    ...more,
  };
}

async function playOnce(stage: Stage) {
  const performance = await stage.startOnce("fly_achensee_customer");
  return settledLog(performance, stage);
}

test("records the live feed of a session, and takes the world away in the end", async () => {
  await using stage = await theatre();
  const report = await runActs(
    options(stage, async (playing, check) => {
      const log = await playOnce(playing);
      check("live", [...isWhatWasLive(log), ...(log.events.length === 3 ? [] : ["not all"])]);
    }),
  );
  expect(report.scenarios[0]!.checks).toEqual([{ name: "live", problems: [] }]);
  expect(report).toMatchObject({ status: "passed", with: "this process" });
  expect(report.bundle).toBeUndefined();
  expect(stage.done).toEqual(["prepare", "create act", "end", "dispose"]);
});

test("a failed check fails the run, shows what is left, and leaves a bundle", async () => {
  await using stage = await theatre();
  const shown: ScenarioReport[] = [];
  const report = await runActs(
    options(
      stage,
      async (playing, check) => {
        await playOnce(playing);
        check("holds", ["It does not."]);
      },
      { audience: { ...silent, failed: (reports) => void shown.push(...reports) } },
    ),
  );
  expect(report.status).toBe("failed");
  expect(shown).toMatchObject([{ name: "one", status: "failed" }]);
  const files = readdirSync(join(report.bundle!, "act"));
  expect(files.map((name) => name.replace(/^[0-9a-f-]{36}/, "ID")).sort()).toEqual([
    "ID.events.ndjson",
    "ID.json",
    "ID.live.ndjson",
    "store.log",
  ]);
  const stored = readFileSync(
    join(
      report.bundle!,
      "act",
      files.find((name) => name.includes("events"))!,
    ),
    "utf8",
  );
  expect(stored.trimEnd().split("\n")).toHaveLength(3);
  expect(JSON.parse(readFileSync(join(report.bundle!, "report.json"), "utf8"))).toMatchObject({ status: "failed" });
  expect(stage.done).toContain("end");
});

test("a scenario that breaks is a failed one", async () => {
  await using stage = await theatre();
  const broken = () => Promise.reject(new AppError("internal", "The mail server is away."));
  const report = await runActs(options(stage, broken));
  expect(report.scenarios[0]!.checks).toEqual([{ name: "runs to its end", problems: ["The mail server is away."] }]);
  expect(stage.done).toEqual(["prepare", "create act", "end", "dispose"]);
});

test("what takes too long fails with what it waited for", async () => {
  await using stage = await theatre();
  const waiting = (playing: Stage) => until("the moon", () => false, playing.signal);
  const report = await runActs(options(stage, waiting, { timeoutMs: 200 }));
  expect(report.scenarios[0]!.checks[0]!.problems).toEqual(["Waited in vain for the moon."]);
});

test("an interrupted run takes its world away and tells of nothing", async () => {
  await using stage = await theatre();
  const interruption = new AbortController();
  const run = options(
    stage,
    async (playing) => {
      interruption.abort(new AppError("interrupted", "Interrupted."));
      await until("the moon", () => false, playing.signal);
    },
    { signal: interruption.signal },
  );
  await expect(runActs(run)).rejects.toMatchObject({ code: "interrupted" });
  expect(stage.done).toEqual(["prepare", "create act", "end", "dispose"]);
  expect(existsSync(join(stage.bundles, "report.json"))).toBe(false);
});

test("a kept world stays, and its place is told", async () => {
  await using stage = await theatre();
  const doings: string[] = [];
  const audience = { ...silent, doing: (text: string) => void doings.push(text) };
  await runActs(options(stage, async () => {}, { keep: true, audience }));
  expect(stage.done).toEqual(["prepare", "create act"]);
  expect(doings).toContain("it stays");
});

test("what needs the scripted model is skipped with a real one, with its reason", async () => {
  await using stage = await theatre();
  const run = options(stage, async () => {}, { scripted: false });
  run.acts = [{ name: "act", scenarios: [{ name: "one", title: "", needsScript: true, run: async () => {} }] }];
  const report = await runActs(run);
  expect(report.scenarios).toMatchObject([{ status: "skipped", reason: expect.stringContaining("real model") }]);
  expect(stage.done).toEqual(["prepare", "dispose"]);
});
