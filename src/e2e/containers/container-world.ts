import { spawn } from "node:child_process";
import { runCommand } from "../command.js";
import { environmentOf, type Places } from "../environment.js";
import { freePortNear } from "../processes/ports.js";
import type { Application } from "../stories/story.js";
import { until } from "../until.js";
import { helpers, type Helper, type RunningApplication, type World } from "../world.js";
import type { Engine } from "./engine.js";

/** Where containers of one network find each other. */
const places: Places = {
  store: "http://claude-sessions:9000",
  model: "http://model_server:8080",
  flightSchool: "http://flight_school_service:8090",
  mail: "smtp://mail_server:8025",
  mailFolder: "/var/lib/mail",
};

const services = ["claude-sessions", ...helpers] as const;
type Service = (typeof services)[number];

export interface ContainerOptions {
  engine: Engine;
  composeFile: string;
  /** The name that everything of this world begins with; unique on the machine. */
  project: string;
  /** What the compose file's variables are. */
  env: Record<string, string | undefined>;
  model: Record<string, string> | undefined;
}

/** A world of containers: one compose project, with a network and volumes of its own. */
export class ContainerWorld implements World {
  readonly url: string;
  readonly dashboardUrl: string;
  private readonly options: ContainerOptions;
  private readonly ports: { store: number; dashboard: number };
  private readonly containers = new Map<Service, string>();
  private readonly applications: string[] = [];
  private readonly onExit = () => this.sweep();

  static async create(options: ContainerOptions): Promise<ContainerWorld> {
    return new ContainerWorld(options, { store: await freePortNear(9000), dashboard: await freePortNear(3000) });
  }

  private constructor(options: ContainerOptions, ports: ContainerWorld["ports"]) {
    this.options = options;
    this.ports = ports;
    this.url = `http://127.0.0.1:${ports.store}`;
    this.dashboardUrl = `http://127.0.0.1:${ports.dashboard}`;
    process.on("exit", this.onExit);
  }

  async start(signal: AbortSignal): Promise<void> {
    await this.compose(["up", "-d", "--no-build", ...services], signal);
    for (const service of services) {
      this.containers.set(service, (await this.compose(["ps", "-q", service], signal)).trim());
    }
    for (const service of services) await until(`${service} to be healthy`, () => this.isHealthy(service), signal);
  }

  async startApplication(application: Application, sessionId: string): Promise<RunningApplication> {
    const container = `${this.options.project}-${application}-${this.applications.length + 1}`;
    this.applications.push(container);
    const env = environmentOf(application, sessionId, places, this.options.model);
    const variables = Object.entries(env).flatMap(([name, value]) => ["-e", `${name}=${value}`]);
    await this.compose(["run", "-d", "--no-deps", "--name", container, ...variables, application]);
    return this.running(container);
  }

  ask(helper: Helper, ...args: string[]): Promise<string> {
    return this.engine(["exec", this.containers.get(helper)!, "python", "-m", helper, ...args]);
  }

  async killStore(): Promise<void> {
    const store = this.containers.get("claude-sessions")!;
    await this.engine(["kill", "--signal", "KILL", store]);
    await this.engine(["wait", store]);
  }

  async startStore(): Promise<void> {
    await this.engine(["start", this.containers.get("claude-sessions")!]);
    const answers = () =>
      fetch(`${this.url}/health`).then(
        ({ ok }) => ok,
        () => false,
      );
    await until("the store to answer", answers, AbortSignal.timeout(30_000));
  }

  async logs() {
    const names = [...[...this.containers].map(([name, id]) => ({ name, id })), ...this.applications.map(named)];
    return Promise.all(
      names.map(async ({ name, id }) => ({
        name: `${name}.log`,
        text: await this.everythingOf(id).catch((error: unknown) => String(error)),
      })),
    );
  }

  keep(): string {
    process.off("exit", this.onExit);
    return `${this.url} and ${this.dashboardUrl} stay up. To take them away: ${this.downCommand().join(" ")}`;
  }

  async end(): Promise<void> {
    process.off("exit", this.onExit);
    if (this.applications.length > 0) await this.engine(["rm", "-f", "-v", ...this.applications]).catch(() => {});
    await this.compose(["down", "--volumes", "--remove-orphans", "--timeout", "1"]);
  }

  private running(container: string): RunningApplication {
    const ended = this.engine(["wait", container]).then((code) => Number(code.trim().split("\n").at(-1)));
    // Whoever waits for it hears of a failure; with nobody waiting it is none.
    ended.catch(() => {});
    return {
      ended,
      kill: async () => {
        await this.engine(["kill", "--signal", "KILL", container]);
        await ended;
      },
      startAgain: async () => {
        await this.engine(["start", container]);
        return this.running(container);
      },
    };
  }

  private async isHealthy(service: Service): Promise<boolean> {
    const container = this.containers.get(service)!;
    const format = "{{.State.Status}} {{if .State.Health}}{{.State.Health.Status}}{{end}}";
    return (await this.engine(["inspect", "--format", format, container])).trim() === "running healthy";
  }

  private async everythingOf(container: string): Promise<string> {
    let text = "";
    const onLine = (line: string) => (text += `${line}\n`);
    await runCommand(this.options.engine.program, ["logs", container], { env: this.options.env, onLine });
    return text;
  }

  private engine(args: readonly string[]): Promise<string> {
    return runCommand(this.options.engine.program, args, { env: this.options.env });
  }

  private compose(args: readonly string[], signal?: AbortSignal): Promise<string> {
    const [file, ...own] = this.options.engine.compose;
    return runCommand(file!, [...own, ...this.place(), ...args], { env: this.variables(), signal });
  }

  private place(): string[] {
    return ["-p", this.options.project, "-f", this.options.composeFile];
  }

  private variables(): Record<string, string | undefined> {
    const { store, dashboard } = this.ports;
    return { ...this.options.env, E2E_PORT: String(store), E2E_DASHBOARD_PORT: String(dashboard) };
  }

  private downCommand(): string[] {
    return [...this.options.engine.compose, ...this.place(), "down", "--volumes", "--remove-orphans"];
  }

  /** Where this process ends at once, another takes everything away. */
  private sweep(): void {
    const remove = [this.options.engine.program, "rm", "-f", "-v", ...this.applications];
    const script = `${quoted(remove)}; ${quoted(this.downCommand())}`;
    spawn("sh", ["-c", script], {
      detached: true,
      stdio: "ignore",
      env: this.variables(),
    }).unref();
  }
}

function named(name: string): { name: string; id: string } {
  return { name, id: name };
}

function quoted(words: readonly string[]): string {
  return words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
}
