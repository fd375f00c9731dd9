import { useEffect } from "react";
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
  const end = useSession(({ metadata, now }) => {
    const isLive = metadata?.status === "active" && ["running", "waiting"].includes(metadata.liveness.status);
    return isLive ? Math.floor(now / 1_000) * 1_000 : Date.parse(metadata?.lastEventAt ?? "");
  });
  useEffect(() => {
    if (agents && created !== undefined) timeline?.update({ head, agents, begin: Date.parse(created), end });
  }, [timeline, head, agents, created, end]);
  return timeline;
}
