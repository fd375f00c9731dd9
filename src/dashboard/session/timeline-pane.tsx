import { lazy, Suspense } from "react";
import "./timeline.css";

const Timeline = lazy(() => import("./timeline.js").then((module) => ({ default: module.Timeline })));

/** When each agent did what. */
export function TimelinePane({ sessionId }: { sessionId: string }) {
  return (
    <section className="timeline" aria-label="Timeline">
      <Suspense fallback={<p className="timeline-empty">Loading the timeline…</p>}>
        <Timeline sessionId={sessionId} />
      </Suspense>
    </section>
  );
}
