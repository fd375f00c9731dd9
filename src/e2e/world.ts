import type { Application } from "./stories/story.js";

/** What the applications need around them. */
export const helpers = ["model_server", "flight_school_service", "mail_server"] as const;
export type Helper = (typeof helpers)[number];

/** Where a scenario takes place: a store, the helpers, and applications, as processes or as containers. */
export interface World {
  /** Of the store. */
  readonly url: string;
  /** Of the dashboard's own port. */
  readonly dashboardUrl: string;
  startApplication(application: Application, sessionId: string): Promise<RunningApplication>;
  /** Runs a helper's own command next to it, and answers what it printed. @throws AppError where it fails */
  ask(helper: Helper, ...args: string[]): Promise<string>;
  /** SIGKILL; resolves once the store is gone. */
  killStore(): Promise<void>;
  /** Starts the store again, with the sessions that it has. */
  startStore(): Promise<void>;
  /** What everything in it printed so far. */
  logs(): Promise<Log[]>;
  /** Leaves everything running, also behind the end of this process. Answers where it is, and how it is taken away. */
  keep(): string;
  /** Takes everything away that it made. */
  end(): Promise<void>;
}

export interface RunningApplication {
  /** Resolves to the exit code. */
  readonly ended: Promise<number>;
  /** SIGKILL to all of it; resolves once it is gone. */
  kill(): Promise<void>;
  /** Starts it once more, as the same session and with the files that it has. */
  startAgain(): Promise<RunningApplication>;
}

export interface Log {
  name: string;
  text: string;
}

/** What makes worlds: the programs and images are prepared once, every scenario gets a world of its own. */
export interface WorldMaker {
  /** Says what it works with, such as `docker compose 2.40.0`. */
  readonly description: string;
  prepare(signal: AbortSignal): Promise<void>;
  /** A store that answers and helpers that answer. `name` is unique in the run. */
  create(name: string, signal: AbortSignal): Promise<World>;
  /** Lets go of what was prepared for this run alone. */
  dispose(): void;
}
