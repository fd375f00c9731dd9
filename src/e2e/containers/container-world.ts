import { spawn } from "node:child_process";
import { AppError } from "../../core/errors.js";
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
    const said = await this.compose(["up", "-d", "--no-build", ...services], signal);
    for (const service of services) {
      const container = await this.containerOf(service);
      // Some Compose ends with 0 whatever became of its containers.
      if (container === "") throw new AppError("internal", `No container of ${service} was made.\n${said.trim()}`);
      this.containers.set(service, container);
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
    return `${this.url} and ${this.dashboardUrl} stay up. To take them away:\n${this.removal()}`;
  }

  async end(): Promise<void> {
    process.off("exit", this.onExit);
    await runCommand("sh", ["-c", this.removal()], { env: this.variables() });
  }

  /** By the labels that every Compose gives its containers; not every one answers `ps` for a single service. */
  private async containerOf(service: Service): Promise<string> {
    const labels = [`project=${this.options.project}`, `service=${service}`];
    const filters = labels.flatMap((label) => ["--filter", `label=com.docker.compose.${label}`]);
    return (await this.engine(["ps", "--all", "--quiet", ...filters])).trim();
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
    // Podman runs health checks by itself only where there is systemd.
    if (this.options.engine.program === "podman") {
      return this.engine(["healthcheck", "run", container]).then(
        () => true,
        () => false,
      );
    }
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

  /** The shell lines that take everything of this world away, by the labels that every Compose gives. */
  private removal(): string {
    const { engine, project } = this.options;
    const of = `--quiet --filter label=com.docker.compose.project=${project}`;
    return [
      `${engine.program} ps --all ${of} | xargs -r ${engine.program} rm --force --volumes`,
      `${engine.program} network ls ${of} | xargs -r ${engine.program} network rm`,
      `${engine.program} volume ls ${of} | xargs -r ${engine.program} volume rm --force`,
    ].join("\n");
  }

  /** Where this process ends at once, another takes everything away. */
  private sweep(): void {
    spawn("sh", ["-c", this.removal()], {
      detached: true,
      stdio: "ignore",
      env: this.variables(),
    }).unref();
  }
}

function named(name: string): { name: string; id: string } {
  return { name, id: name };
}
