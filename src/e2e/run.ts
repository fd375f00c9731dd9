import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createClient } from "../client/http-client.js";
import { AppError } from "../core/errors.js";
import type { SessionEvent } from "../core/event.js";
import { createBundle, gatherRemains, writeRemains, type Remains } from "./bundle.js";
import { startRecorder } from "./recorder.js";
import type { CheckReport, RunReport, ScenarioReport } from "./report.js";
import type { Scenario } from "./scenarios/scenario.js";
import type { Act } from "./scenarios/scenarios.js";
import { createStage, type Stage } from "./stage.js";
import type { Application } from "./stories/story.js";
import type { World, WorldMaker } from "./world.js";

/** Hears what happens while it happens. */
export interface Audience {
  /** What is being done besides scenarios. */
  doing(text: string): void;
  scenarioStarted(scenario: Scenario): void;
  event(event: SessionEvent, application: Application | undefined): void;
  scenarioEnded(report: ScenarioReport): void;
  /** What a failed act leaves. */
  failed(reports: readonly ScenarioReport[], remains: Remains): void;
}

export interface RunOptions {
  acts: readonly Act[];
  worlds: WorldMaker;
  audience: Audience;
  /** Milliseconds that one act may take. */
  timeoutMs: number;
  scripted: boolean;
  /** Leave everything running behind the last act. */
  keep: boolean;
  /** Where a failure leaves its bundle. */
  bundles: string;
  signal: AbortSignal;
  now(): number;
}

/** Plays every act in a world of its own, and takes each world away again whatever happens. */
export async function runActs(options: RunOptions): Promise<RunReport> {
  const { worlds, audience, signal, keep, now } = options;
  const started = now();
  audience.doing(`preparing (${worlds.description})`);
  try {
    await worlds.prepare(signal);
    return await playAll(options, started);
  } finally {
    if (!keep) worlds.dispose();
  }
}

async function playAll(options: RunOptions, started: number): Promise<RunReport> {
  const { acts, worlds, audience, now } = options;
  const scenarios: ScenarioReport[] = [];
  let bundle: string | undefined;
  for (const act of acts) {
    const { reports, remains } = await playAct(act, options);
    scenarios.push(...reports);
    if (remains === undefined) continue;
    audience.failed(reports, remains);
    bundle ??= createBundle(options.bundles);
    writeRemains(bundle, act.name, remains);
  }
  const status = scenarios.some((each) => each.status === "failed") ? "failed" : "passed";
  const report: RunReport = { status, with: worlds.description, durationMs: now() - started, scenarios, bundle };
  if (bundle !== undefined) writeFileSync(join(bundle, "report.json"), `${JSON.stringify(report, null, 2)}\n`);
  return report;
}

interface Played {
  reports: ScenarioReport[];
  /** Where something failed. */
  remains?: Remains;
}

async function playAct(act: Act, options: RunOptions): Promise<Played> {
  const { scripted, signal, timeoutMs, worlds, audience, keep } = options;
  const skipped = act.scenarios.filter(({ needsScript }) => needsScript && !scripted).map(skippedReport);
  skipped.forEach((report) => audience.scenarioEnded(report));
  const scenarios = act.scenarios.filter(({ needsScript }) => !needsScript || scripted);
  if (scenarios.length === 0) return { reports: skipped };
  const limit = timeLimit(timeoutMs, signal);
  let world: World | undefined;
  try {
    audience.doing(`starting the world of '${act.name}'`);
    world = await worlds.create(act.name, limit);
    const { reports, remains } = await playIn(world, scenarios, limit, options);
    return { reports: [...skipped, ...reports], remains };
  } finally {
    if (world !== undefined && keep) audience.doing(world.keep());
    else if (world !== undefined) {
      audience.doing(`taking the world of '${act.name}' away`);
      await world.end();
    }
  }
}

function timeLimit(timeoutMs: number, signal: AbortSignal): AbortSignal {
  return AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]);
}

async function playIn(
  world: World,
  scenarios: readonly Scenario[],
  limit: AbortSignal,
  { audience, scripted, signal, now }: RunOptions,
): Promise<Played> {
  const client = createClient({ url: world.url });
  const sessions: { of?: ReadonlyMap<string, Application> } = {};
  const onEvent = (event: SessionEvent) => audience.event(event, sessions.of?.get(event.sessionId));
  const recorder = await startRecorder(world.url, onEvent, signal);
  try {
    const stage = createStage({ world, client, recorder, signal: limit, scripted });
    sessions.of = stage.sessions;
    const play = (scenario: Scenario) => playScenario(scenario, stage, { audience, signal, now });
    const reports = await Promise.all(scenarios.map(play));
    const isFailed = reports.some(({ status }) => status === "failed");
    return isFailed ? { reports, remains: await gatherRemains(stage) } : { reports };
  } finally {
    recorder.stop();
  }
}

async function playScenario(
  scenario: Scenario,
  stage: Stage,
  { audience, signal, now }: Pick<RunOptions, "audience" | "signal" | "now">,
): Promise<ScenarioReport> {
  const { name, title } = scenario;
  const started = now();
  const checks: CheckReport[] = [];
  audience.scenarioStarted(scenario);
  try {
    await scenario.run(stage, (check, problems) => void checks.push({ name: check, problems: [...problems] }));
  } catch (error) {
    signal.throwIfAborted();
    checks.push({ name: "runs to its end", problems: [messageOf(error)] });
  }
  const status = checks.some(({ problems }) => problems.length > 0) ? "failed" : "passed";
  const report: ScenarioReport = { name, title, status, durationMs: now() - started, checks };
  audience.scenarioEnded(report);
  return report;
}

function messageOf(error: unknown): string {
  if (error instanceof AppError) return error.message;
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function skippedReport({ name, title }: Scenario): ScenarioReport {
  const reason = "A real model's replies cannot be held back: run it without a model's key in the environment.";
  return { name, title, status: "skipped", reason, durationMs: 0, checks: [] };
}
