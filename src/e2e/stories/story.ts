import type { ExpectedThreads } from "../threads.js";

/** The applications, by their folders in test-containers. */
export const applications = ["fly_achensee_customer", "email_solver", "fly_achensee_claude"] as const;
export type Application = (typeof applications)[number];

/** How the session of an application goes that nobody disturbs, with the answers of the model server. */
export interface Story {
  application: Application;
  threads: ExpectedThreads;
  phases: readonly string[];
  goals: readonly RegExp[];
  /** Type and status of each. */
  agents: readonly string[];
  tokens: { calls: number; input: number; output: number };
  /** Replies of the model, an early one and a later one: while one is held back, the application stands there. */
  holds: readonly [early: string, late: string];
}
