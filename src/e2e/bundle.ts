import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { SessionEvent } from "../core/event.js";
import { readSessionLog, type SessionLog } from "./session-log.js";
import type { Stage } from "./stage.js";
import type { Log } from "./world.js";

/** What a failed act leaves for whoever looks into it. */
export interface Remains {
  sessions: SessionLog[];
  logs: Log[];
}

/** Everything that can still be had of a stage; what cannot is left out. */
export async function gatherRemains({ client, recorder, sessions, world }: Stage): Promise<Remains> {
  const read = (sessionId: string) => readSessionLog(client, sessionId, recorder.of(sessionId)).catch(() => undefined);
  const found = await Promise.all([...sessions.keys()].map(read));
  return {
    sessions: found.filter((log) => log !== undefined),
    logs: await world.logs().catch(() => []),
  };
}

/** A new folder for a run's bundle, under `parent`. */
export function createBundle(parent: string): string {
  mkdirSync(parent, { recursive: true });
  return mkdtempSync(join(parent, "claude-sessions-e2e-"));
}

export function writeRemains(bundle: string, act: string, { sessions, logs }: Remains): void {
  const folder = join(bundle, act);
  mkdirSync(folder, { recursive: true });
  for (const { name, text } of logs) writeFileSync(join(folder, name), text);
  for (const { sessionId, events, live, metadata, state, final } of sessions) {
    writeFileSync(join(folder, `${sessionId}.events.ndjson`), lines(events));
    writeFileSync(join(folder, `${sessionId}.live.ndjson`), lines(live));
    writeFileSync(join(folder, `${sessionId}.json`), `${JSON.stringify({ metadata, state, final }, null, 2)}\n`);
  }
}

function lines(events: readonly SessionEvent[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join("");
}
