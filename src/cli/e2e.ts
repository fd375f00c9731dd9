import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { AppError } from "../core/errors.js";
import { createAudience, type Screen } from "../e2e/audience.js";
import { realModel } from "../e2e/environment.js";
import { findProject } from "../e2e/project.js";
import { createContainerWorlds } from "../e2e/containers/container-worlds.js";
import { findEngine } from "../e2e/containers/engine.js";
import { createProcessWorlds } from "../e2e/processes/process-world.js";
import { toJunit, type RunReport } from "../e2e/report.js";
import { runActs } from "../e2e/run.js";
import { chooseActs } from "../e2e/scenarios/scenarios.js";
import type { WorldMaker } from "../e2e/world.js";
import type { Cli } from "./cli.js";
import { createPaint } from "./colors.js";
import { usesColor } from "./context.js";
import { clearLine } from "./progress.js";
import { printable, truncate } from "./text.js";

export interface E2eFlags {
  scenario?: string[];
  docker: boolean;
  keep?: boolean;
  timeout?: number;
  junit?: string;
  baseImage?: string[];
  networkCa?: string;
}

const defaultSeconds = 300;

/** Runs the scenarios and tells the person at the terminal; with `--json` stdout is left to the report. */
export async function runE2e(cli: Cli, flags: E2eFlags, signal: AbortSignal): Promise<RunReport> {
  const { context } = cli;
  const acts = chooseActs(flags.scenario ?? []);
  const screen = createScreen(cli);
  const model = realModel(context.env);
  const worlds = await chooseWorlds(cli, flags, { model, screen, signal });
  screen.line(model === undefined ? "The model is scripted." : "The model is a real one: the environment has its key.");
  const report = await runActs({
    acts,
    worlds,
    audience: createAudience(screen),
    timeoutMs: (flags.timeout ?? defaultSeconds) * 1000,
    scripted: model === undefined,
    keep: flags.keep === true,
    bundles: resolve(context.cwd, "e2e-failures"),
    signal,
    now: context.now,
  });
  if (flags.junit !== undefined) writeFileSync(resolve(context.cwd, flags.junit), toJunit(report));
  tellEnd(report, screen);
  return report;
}

interface Choice {
  model: Record<string, string> | undefined;
  screen: Screen;
  signal: AbortSignal;
}

async function chooseWorlds({ context }: Cli, flags: E2eFlags, { model, screen, signal }: Choice): Promise<WorldMaker> {
  const project = findProject();
  const networkCa = flags.networkCa === undefined ? undefined : resolve(context.cwd, flags.networkCa);
  const note = (text: string) => screen.line(screen.paint("dim", `· ${text}`));
  if (!flags.docker) {
    const env = { ...context.env, ...(networkCa && { NODE_EXTRA_CA_CERTS: networkCa, PIP_CERT: networkCa }) };
    return createProcessWorlds({ project, env, model, note });
  }
  const baseImages = readBaseImages(flags.baseImage ?? []);
  const engine = await findEngine({ env: context.env, signal });
  const { env } = context;
  return createContainerWorlds({ project, engine, env, model, baseImages, networkCa, note, status: screen.status });
}

/** @throws AppError `usage` */
function readBaseImages(texts: readonly string[]): { node?: string; python?: string } {
  const entries = texts.map((text) => {
    const match = /^(node|python)=(.+)$/.exec(text);
    if (match) return [match[1], match[2]];
    throw new AppError("usage", `'--base-image ${text}': give node=IMAGE or python=IMAGE.`);
  });
  return Object.fromEntries(entries) as { node?: string; python?: string };
}

function tellEnd({ status, scenarios, durationMs, bundle }: RunReport, { line, paint }: Screen): void {
  const checks = scenarios.flatMap((scenario) => scenario.checks);
  const failed = checks.filter(({ problems }) => problems.length > 0).length;
  const sum = `${checks.length - failed} checks passed, ${failed} failed, in ${(durationMs / 1000).toFixed(1)} s`;
  line(paint(status === "passed" ? "green" : "red", sum));
  if (bundle !== undefined) line(`All that is left of it: ${bundle}`);
}

/** Everything that is told on the way goes to stderr. */
function createScreen({ context }: Cli): Screen {
  const { stderr, isTTY, columns } = context;
  let shown = false;
  const clear = () => {
    if (shown) stderr.write(clearLine);
    shown = false;
  };
  return {
    paint: createPaint(usesColor(context, isTTY.stderr)),
    safe: printable,
    line(text) {
      clear();
      stderr.write(`${text}\n`);
    },
    status(text) {
      if (!isTTY.stderr) return;
      clear();
      if (text === "") return;
      stderr.write(truncate(printable(text), columns - 1));
      shown = true;
    },
  };
}
