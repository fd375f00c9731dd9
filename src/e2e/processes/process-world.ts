import { mkdirSync, readdirSync, readFileSync, rmSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCommand } from "../command.js";
import { environmentOf, type Places } from "../environment.js";
import type { Project } from "../project.js";
import type { Application } from "../stories/story.js";
import { until } from "../until.js";
import { helpers, type Helper, type RunningApplication, type World, type WorldMaker } from "../world.js";
import { ensureClaudeCode } from "./claude-code.js";
import { answers, freePorts } from "./ports.js";
import { startProgram, type Program } from "./process.js";
import { ensurePython } from "./python.js";

interface Options {
  project: Project;
  env: Record<string, string | undefined>;
  /** Variables of a real model. */
  model: Record<string, string> | undefined;
  note(line: string): void;
}

interface Programs {
  python: string;
  claude: string;
}

/** Worlds of plain processes, for machines without containers. */
export function createProcessWorlds(options: Options): WorldMaker {
  const { project, env, note } = options;
  let programs: Programs | undefined;
  return {
    description: "plain processes",
    async prepare(signal) {
      const python = await ensurePython(project, { env, signal }, note);
      const claude = await ensureClaudeCode(project, { env, signal }, note);
      programs = { python, claude };
    },
    async create(name, signal) {
      const world = await ProcessWorld.create(name, options, programs!);
      try {
        await world.start(signal);
        return world;
      } catch (error) {
        await world.end();
        throw error;
      }
    },
    // What it made is of use to the next run too.
    dispose: () => {},
  };
}

class ProcessWorld implements World {
  readonly url: string;
  readonly dashboardUrl: string;
  private readonly folder: string;
  private readonly options: Options;
  private readonly programs: Programs;
  private readonly ports: Record<Helper | "store" | "dashboard", number>;
  private readonly running = new Set<Program>();
  private store: Program | undefined;

  static async create(name: string, options: Options, programs: Programs): Promise<ProcessWorld> {
    const folder = mkdtempSync(join(tmpdir(), `claude-sessions-e2e-${name}-`));
    const [store, dashboard, ...others] = await freePorts(2 + helpers.length);
    const ports = Object.fromEntries(helpers.map((helper, index) => [helper, others[index]!]));
    const all = { ...(ports as Record<Helper, number>), store: store!, dashboard: dashboard! };
    return new ProcessWorld(folder, options, programs, all);
  }

  private constructor(folder: string, options: Options, programs: Programs, ports: ProcessWorld["ports"]) {
    this.folder = folder;
    this.options = options;
    this.programs = programs;
    this.ports = ports;
    this.url = `http://127.0.0.1:${ports.store}`;
    this.dashboardUrl = `http://127.0.0.1:${ports.dashboard}`;
    for (const each of ["home", "logs", "mail"]) mkdirSync(join(folder, each));
  }

  async start(signal: AbortSignal): Promise<void> {
    for (const helper of helpers) this.startPython(helper, helper, this.helperEnv(helper));
    await this.startStore(signal);
    for (const helper of helpers) await until(`${helper} to answer`, () => answers(this.ports[helper]), signal);
  }

  async startStore(signal = AbortSignal.timeout(30_000)): Promise<void> {
    const ports = ["--port", String(this.ports.store), "--dashboard-port", String(this.ports.dashboard)];
    const args = [this.options.project.launcher, "serve", ...ports, "--storage", join(this.folder, "store")];
    this.store = this.startAny("store", process.execPath, args, this.baseEnv());
    await until("the store to answer", () => answers(this.ports.store), signal);
  }

  async killStore(): Promise<void> {
    await this.store?.end("SIGKILL");
  }

  async startApplication(application: Application, sessionId: string): Promise<RunningApplication> {
    const env = this.applicationEnv(application, sessionId);
    const program =
      application === "fly_achensee_claude"
        ? this.startAny(application, "sh", [join(this.options.project.containers, application, "start.sh")], env)
        : this.startPython(application, application, env);
    return {
      ended: program.ended,
      kill: () => program.end("SIGKILL"),
      startAgain: () => this.startApplication(application, sessionId),
    };
  }

  ask(helper: Helper, ...args: string[]): Promise<string> {
    const { containers } = this.options.project;
    return runCommand(this.programs.python, ["-m", helper, ...args], { cwd: containers, env: this.helperEnv(helper) });
  }

  async logs() {
    const folder = join(this.folder, "logs");
    return readdirSync(folder).map((name) => ({ name, text: readFileSync(join(folder, name), "utf8") }));
  }

  keep(): string {
    const groups = [...this.running].map((program) => `-${program.keep()}`).join(" ");
    return `${this.url} and ${this.dashboardUrl} stay up, with their files in ${this.folder}. To end them: kill -9 -- ${groups}`;
  }

  async end(): Promise<void> {
    await Promise.all([...this.running].map((program) => program.end("SIGKILL")));
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 5 });
  }

  private startPython(name: string, module: string, env: Record<string, string>): Program {
    return this.startAny(name, this.programs.python, ["-m", module], env);
  }

  private startAny(name: string, file: string, args: readonly string[], env: Record<string, string>): Program {
    const log = join(this.folder, "logs", `${name}.log`);
    const program = startProgram({ file, args, cwd: this.options.project.containers, env, log });
    this.running.add(program);
    void program.ended.then(() => this.running.delete(program));
    return program;
  }

  /** Nothing of the person's own settings gets in. */
  private baseEnv(): Record<string, string> {
    const { PATH = "", TMPDIR } = this.options.env;
    const home = join(this.folder, "home");
    return {
      PATH,
      HOME: home,
      LANG: "C.UTF-8",
      PYTHONDONTWRITEBYTECODE: "1",
      CLAUDE_SESSIONS_SPOOL: join(this.folder, "spool"),
      ...(TMPDIR !== undefined && { TMPDIR }),
    };
  }

  private helperEnv(helper: Helper): Record<string, string> {
    return {
      ...this.baseEnv(),
      PORT: String(this.ports[helper]),
      MAIL_FOLDER: join(this.folder, "mail"),
      WEATHER_OUTAGES: "1",
    };
  }

  private applicationEnv(application: Application, sessionId: string): Record<string, string> {
    const places: Places = {
      store: this.url,
      model: `http://127.0.0.1:${this.ports.model_server}`,
      flightSchool: `http://127.0.0.1:${this.ports.flight_school_service}`,
      mail: `smtp://127.0.0.1:${this.ports.mail_server}`,
      mailFolder: join(this.folder, "mail"),
    };
    const env = {
      ...this.baseEnv(),
      ...environmentOf(application, sessionId, places, this.options.model),
      CLAUDE_SESSIONS_SPOOL: join(this.folder, `spool-${sessionId}`),
    };
    if (application !== "fly_achensee_claude") return env;
    return {
      ...env,
      WORKSPACE: join(this.folder, `workspace-${sessionId}`),
      CLAUDE_CONFIG_DIR: join(this.folder, `claude-${sessionId}`),
      CLAUDE: this.programs.claude,
      CLAUDE_SESSIONS: `${process.execPath} ${this.options.project.launcher}`,
    };
  }
}
