import { randomUUID } from "node:crypto";
import type { Client } from "../client/http-client.js";
import type { Recorder } from "./recorder.js";
import { readSessionLog, type SessionLog } from "./session-log.js";
import type { Application } from "./stories/story.js";
import { inTime, until } from "./until.js";
import type { RunningApplication, World } from "./world.js";

/** What a scenario works with. Scenarios of one stage run side by side and share its world. */
export interface Stage {
  readonly world: World;
  readonly client: Client;
  readonly recorder: Recorder;
  readonly signal: AbortSignal;
  /** Whether the model is the suite's own, whose answers are known. */
  readonly scripted: boolean;
  /** Starts an application as a session of its own. */
  start(application: Application): Promise<Performance>;
  /** Starts it, or joins the one that another scenario of this stage has started. */
  startOnce(application: Application): Promise<Performance>;
  /** Every session that was begun, by the application that it is of. */
  readonly sessions: ReadonlyMap<string, Application>;
}

/** An application at work in a session. */
export interface Performance {
  readonly application: Application;
  readonly sessionId: string;
  readonly running: RunningApplication;
}

export function createStage(parts: Omit<Stage, "start" | "startOnce" | "sessions">): Stage {
  const sessions = new Map<string, Application>();
  const started = new Map<Application, Promise<Performance>>();
  const start = async (application: Application): Promise<Performance> => {
    const sessionId = randomUUID();
    sessions.set(sessionId, application);
    if (application === "email_solver") await parts.world.ask("mail_server", "deliver");
    return { application, sessionId, running: await parts.world.startApplication(application, sessionId) };
  };
  return {
    ...parts,
    sessions,
    start,
    startOnce: (application) => {
      const known = started.get(application) ?? start(application);
      started.set(application, known);
      return known;
    },
  };
}

/** Waits for the end of an application. Answers what is wrong with how it ended. */
export async function endOf({ application, running }: Performance, { signal }: Stage): Promise<string[]> {
  const code = await inTime(`the end of ${application}`, running.ended, signal);
  return code === 0 ? [] : [`${application} ended with exit code ${code}.`];
}

/** The session as it is once it ended and the live feed has brought all of it. */
export async function settledLog({ sessionId }: Performance, stage: Stage): Promise<SessionLog> {
  const { client, recorder, signal } = stage;
  const soon = AbortSignal.any([signal, AbortSignal.timeout(settleMs)]);
  const isOver = async () => (await client.getSession(sessionId, { limit: 1 })).metadata.status !== "active";
  // What did not happen in time the checks tell better.
  await until(`the end of session ${sessionId}`, isOver, soon).catch(() => {});
  const head = (await client.listEvents(sessionId, { limit: 1 })).at(-1)?.seq ?? 0;
  await recorder.caughtUp(sessionId, head, soon).catch(() => {});
  signal.throwIfAborted();
  return readSessionLog(client, sessionId, recorder.of(sessionId));
}

const settleMs = 15_000;
