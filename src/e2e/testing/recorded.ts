import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { SessionEvent } from "../../core/event.js";
import type { SessionLog } from "../session-log.js";
import type { Application } from "../stories/story.js";

const folder = join(import.meta.dirname, "..", "..", "..", "test", "fixtures", "e2e");

/** The session of an application that ran undisturbed, as it was stored; each call gives a copy of its own. */
export function recordedLog(application: Application): SessionLog {
  const [head, ...lines] = readFileSync(join(folder, `${application}.ndjson`), "utf8")
    .trimEnd()
    .split("\n");
  const events = () => lines.map((line) => JSON.parse(line) as SessionEvent);
  return { ...(JSON.parse(head!) as Omit<SessionLog, "events" | "live">), events: events(), live: events() };
}

/** The log without the events for which `drops` holds, its seqs counted anew: as if they had never been sent. */
export function without(log: SessionLog, drops: (event: SessionEvent) => boolean): SessionLog {
  const events = log.events.filter((event) => !drops(event)).map((event, index) => ({ ...event, seq: index + 1 }));
  return { ...log, events, live: structuredClone(events), metadata: { ...log.metadata, eventCount: events.length } };
}
