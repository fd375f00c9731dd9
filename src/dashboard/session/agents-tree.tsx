import { useState, type KeyboardEvent } from "react";
import type { AgentStatus } from "../../core/state.js";
import { agentRows, type AgentRow } from "../../view/agent-tree.js";
import { formatDuration } from "../../view/format.js";
import { brief } from "../../view/safe-text.js";
import { StatusDot, type Tone } from "../shared/badge.js";
import { Link } from "../shared/link.js";
import { LoadingState } from "../shared/states.js";
import { useSession, useSessionView } from "./session-context.js";
import "./agents-tree.css";

const tones: Record<AgentStatus, Tone> = { active: "accent", completed: "ok", failed: "error" };
/** More than a person looks through; the state has them all. */
const most = 500;

/** Who works for whom, as of the moment that is shown; choosing one shows what it did. */
export function AgentsTree() {
  const view = useSessionView();
  const agents = useSession((snapshot) => snapshot.moment.state?.agents);
  const at = useSession((snapshot) =>
    snapshot.moment.seq === null ? Math.floor(snapshot.now / 1_000) * 1_000 : (snapshot.moment.at ?? 0),
  );
  const past = useSession((snapshot) => snapshot.moment.seq !== null);
  const shown = useSession((snapshot) => snapshot.feed.filter.agentId);
  const [cursor, setCursor] = useState(0);
  if (!agents) return <LoadingState />;
  if (agents.length === 0) {
    return (
      <p className="session-pane session-pane-empty">No agents besides the main one{past ? " at this point" : ""}.</p>
    );
  }
  const rows = agentRows(agents, at).slice(0, most);
  const current = Math.min(cursor, rows.length);
  const choose = (agentId: string | null) => view.setFilter({ agentId: shown === agentId ? null : agentId });
  const onKeyDown = (event: KeyboardEvent<HTMLElement>) => {
    const to = { ArrowDown: current + 1, ArrowUp: current - 1, Home: 0, End: rows.length }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const next = Math.max(0, Math.min(rows.length, to));
    setCursor(next);
    event.currentTarget.querySelectorAll<HTMLElement>('[role="treeitem"]')[next]?.focus();
  };
  return (
    <div className="session-pane">
      <div className="agents" role="tree" aria-label="Agents" onKeyDown={onKeyDown}>
        <MainRow selected={shown === ""} tabIndex={current === 0 ? 0 : -1} onChoose={() => choose("")} />
        {rows.map((row, index) => (
          <Row
            key={`${row.agentId}-${index}`}
            row={row}
            selected={shown === row.agentId}
            tabIndex={current === index + 1 ? 0 : -1}
            onChoose={() => {
              setCursor(index + 1);
              choose(row.agentId);
            }}
          />
        ))}
      </div>
      {agents.length > most && <p className="session-pane-empty">{agents.length - most} more. The state has all.</p>}
    </div>
  );
}

interface RowProps {
  selected: boolean;
  tabIndex: number;
  onChoose: () => void;
}

function chosenBy(onChoose: () => void) {
  return (event: KeyboardEvent) => {
    if (event.key !== "Enter" && event.key !== " ") return;
    event.preventDefault();
    event.stopPropagation();
    onChoose();
  };
}

function MainRow({ selected, tabIndex, onChoose }: RowProps) {
  return (
    <div
      className="agents-row"
      role="treeitem"
      aria-level={1}
      aria-selected={selected}
      aria-expanded
      tabIndex={tabIndex}
      onClick={onChoose}
      onKeyDown={chosenBy(onChoose)}
    >
      <span className="agents-main">
        <StatusDot tone="neutral" />
        <span className="agents-type">main</span>
        <span className="faint">the session's own agent</span>
      </span>
    </div>
  );
}

function Row({ row, selected, tabIndex, onChoose }: RowProps & { row: AgentRow }) {
  const { type, task, status, trunk, isLast, runningMs, subsession, depth, children } = row;
  return (
    <div
      className={`agents-row agents-row-${status}`}
      role="treeitem"
      aria-level={depth + 2}
      aria-selected={selected}
      aria-expanded={children > 0 ? true : undefined}
      tabIndex={tabIndex}
      title="Show what it did"
      onClick={onChoose}
      onKeyDown={chosenBy(onChoose)}
    >
      {trunk.map((goesOn, index) => (
        <span key={index} className={`agents-line ${goesOn ? "agents-line-on" : ""}`} />
      ))}
      <span className={`agents-line agents-line-branch ${isLast ? "agents-line-last" : ""}`} />
      <div className="agents-body">
        <div className="agents-head">
          <StatusDot tone={tones[status]} busy={status === "active"} />
          <span className="agents-type truncate">{brief(type, 60)}</span>
          <span className="visually-hidden">{status}</span>
          {status === "failed" && <span className="agents-failed">failed</span>}
          <span className="agents-time">{formatDuration(runningMs)}</span>
        </div>
        {task !== "" && <p className="agents-task">{task}</p>}
        {subsession !== null && (
          <Link
            className="agents-session"
            to={{ page: "session", sessionId: subsession }}
            onClick={(event) => event.stopPropagation()}
          >
            its own session: {brief(subsession, 60)}
          </Link>
        )}
      </div>
    </div>
  );
}
