import { useState } from "react";
import { Tabs } from "../shared/tabs.js";
import { useMedia } from "../shared/use-media.js";
import { useParam } from "../router.js";
import { AgentsTree } from "./agents-tree.js";
import { ApprovalBanner } from "./approval-banner.js";
import { Feed } from "./feed.js";
import { FeedToolbar } from "./feed-toolbar.js";
import { GoalsBoard } from "./goals-board.js";
import { JumpBox } from "./jump-box.js";
import { MomentBar } from "./moment-bar.js";
import { SessionErrors } from "./session-errors.js";
import { useSession } from "./session-context.js";
import { StatePane } from "./state-pane.js";
import { TimelinePane } from "./timeline-pane.js";
import { useSessionKeys } from "./use-session-keys.js";
import { goalProgress } from "../../view/goal-progress.js";
import "./session-body.css";

const sides = ["goals", "agents", "state"] as const;
export type Side = (typeof sides)[number];
export type Pane = Side | "feed" | "timeline";

/** The feed beside goals, agents and state, above the timeline; on a phone one of them at a time. */
export function SessionBody({ sessionId }: { sessionId: string }) {
  const narrow = useMedia("(max-width: 720px)");
  const [tab, setTab] = useParam("tab");
  const [timeline, setTimeline] = useState(() => window.innerHeight >= 760);
  const side = sides.find((known) => known === tab) ?? "goals";
  const [jumping, setJumping] = useState(false);
  const showPane = (pane: Pane): void => {
    if (pane === "timeline" && !narrow) setTimeline(!timeline);
    else if (pane === "feed" && !narrow) document.querySelector<HTMLElement>(".feed-scroller")?.focus();
    else setTab(pane === "feed" ? null : pane);
  };
  useSessionKeys({ showPane, jump: () => setJumping(true) });
  return (
    <>
      <SessionErrors />
      <ApprovalBanner sessionId={sessionId} />
      {narrow ? (
        <Narrow
          sessionId={sessionId}
          pane={(tab as Pane | null) ?? "feed"}
          onPane={(pane) => setTab(pane === "feed" ? null : pane)}
        />
      ) : (
        <div className="session-body">
          <section className="session-body-feed" aria-label="Feed">
            <FeedToolbar sessionId={sessionId} />
            <Feed sessionId={sessionId} />
          </section>
          <aside className="session-body-side" aria-label="Goals, agents and state">
            <SideTabs side={side} onSide={setTab} />
          </aside>
        </div>
      )}
      {!narrow && timeline && <TimelinePane sessionId={sessionId} />}
      <MomentBar timeline={narrow ? null : timeline} onTimeline={setTimeline} />
      {jumping && <JumpBox onClose={() => setJumping(false)} />}
    </>
  );
}

function SideTabs({ side, onSide }: { side: Side; onSide: (side: Side) => void }) {
  const state = useSession((snapshot) => snapshot.moment.state);
  const { done, total } = goalProgress(state?.goals ?? []);
  const active = state?.agents.filter(({ status }) => status === "active").length ?? 0;
  const agents = state?.agents.length ?? 0;
  const tabs = [
    { id: "goals", label: "Goals", count: total > 0 ? `${done}/${total}` : undefined },
    { id: "agents", label: "Agents", count: agents === 0 ? undefined : active > 0 ? `${active}/${agents}` : agents },
    { id: "state", label: "State" },
  ] as const;
  return (
    <Tabs label="Beside the feed" tabs={tabs} selected={side} onSelect={onSide} className="session-tabs">
      <SidePane side={side} />
    </Tabs>
  );
}

function SidePane({ side }: { side: Side }) {
  if (side === "agents") return <AgentsTree />;
  return side === "state" ? <StatePane /> : <GoalsBoard />;
}

const narrowTabs = [
  { id: "feed", label: "Feed" },
  { id: "goals", label: "Goals" },
  { id: "agents", label: "Agents" },
  { id: "state", label: "State" },
  { id: "timeline", label: "Timeline" },
] as const;

function Narrow({ sessionId, pane, onPane }: { sessionId: string; pane: Pane; onPane: (pane: Pane) => void }) {
  const shown = narrowTabs.some(({ id }) => id === pane) ? pane : "feed";
  return (
    <Tabs
      label="Parts of the session"
      tabs={narrowTabs}
      selected={shown}
      onSelect={onPane}
      className="session-tabs session-tabs-narrow"
    >
      {shown === "feed" ? (
        <div className="session-narrow-feed">
          <FeedToolbar sessionId={sessionId} />
          <Feed sessionId={sessionId} />
        </div>
      ) : shown === "timeline" ? (
        <TimelinePane sessionId={sessionId} />
      ) : (
        <SidePane side={shown} />
      )}
    </Tabs>
  );
}
