import { useEffect } from "react";
import type { Metadata } from "../../core/metadata.js";
import { createTimelineView } from "../../view/timeline-view.js";
import type { TimelineView } from "../../view/timeline-types.js";
import { useOwnView, useServices } from "../shared/services.js";
import { useSession } from "./session-context.js";

/** The session's timeline, told what the session's view knows. */
export function useTimeline(sessionId: string): TimelineView | null {
  const { source, clock } = useServices();
  const timeline = useOwnView(() => createTimelineView({ source, clock, sessionId, framesPerSecond: 12 }));
  const head = useSession((snapshot) => snapshot.head);
  const agents = useSession((snapshot) => snapshot.session?.state.agents);
  const created = useSession((snapshot) => snapshot.metadata?.created);
  const end = useSession(({ metadata, now }) => (metadata ? endOf(metadata, now) : Number.NaN));
  useEffect(() => {
    if (agents && created !== undefined) timeline?.update({ head, agents, begin: Date.parse(created), end });
  }, [timeline, head, agents, created, end]);
  return timeline;
}

const leastSilence = 60_000;

/** Until now where the session goes on; but silence takes no more of the axis than half of what was done. */
function endOf({ status, liveness, created, lastEventAt }: Metadata, now: number): number {
  const last = Date.parse(lastEventAt);
  if (status !== "active" || !["running", "waiting"].includes(liveness.status)) return last;
  const silence = Math.max(leastSilence, (last - Date.parse(created)) / 2);
  return Math.min(Math.floor(now / 1_000) * 1_000, last + silence);
}
