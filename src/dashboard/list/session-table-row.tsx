import { memo, type MouseEvent } from "react";
import { formatCost, formatCount, formatExact, formatShare } from "../../view/format.js";
import { conditionOf, phaseText, stepText, waitingText } from "../../view/row-words.js";
import { brief, safeLine } from "../../view/safe-text.js";
import { sessionName } from "../../view/session-title.js";
import type { SessionRow } from "../../view/session-list-types.js";
import { testTag } from "../../view/test-tag.js";
import { useRouter } from "../router.js";
import { IconButton } from "../shared/button.js";
import { Link } from "../shared/link.js";
import { RelativeTime } from "../shared/relative-time.js";
import { useServices } from "../shared/services.js";
import { SessionStatusText } from "../shared/session-status.js";
import { Sparkline } from "../shared/sparkline.js";
import { plainWords } from "../shared/words.js";
import "./session-row.css";

interface RowProps {
  row: SessionRow;
  index: number;
  now: number;
  selected: boolean;
}

export const SessionTableRow = memo(function SessionTableRow({ row, index, now, selected }: RowProps) {
  const router = useRouter();
  const { sessions } = useServices();
  const { sessionId, userId, events, tokens, cost, lastEventAt, rate } = row;
  const condition = conditionOf(row, now);
  const waits = condition === "waiting";
  const { name } = sessionName(row);
  const open = (event: MouseEvent) => {
    // The link and the buttons in the row do that themselves.
    if ((event.target as Element).closest("a, button") || getSelection()?.toString()) return;
    sessions.select(sessionId);
    router.navigate(router.href({ page: "session", sessionId }));
  };
  return (
    <div
      role="row"
      aria-rowindex={index + 2}
      className={`session-row ${waits ? "session-row-waits" : ""} ${selected ? "session-row-selected" : ""}`}
      data-session={sessionId}
      onClick={open}
    >
      <div role="cell" className="session-cell session-cell-status">
        <SessionStatusText condition={condition} />
      </div>
      <div role="cell" className="session-cell session-cell-session">
        <div className="session-name">
          <Link className="session-link truncate" to={{ page: "session", sessionId }}>
            {name === sessionId ? safeLine(name) : plainWords(safeLine(name))}
          </Link>
          <Tags tags={row.tags} />
          {row.tags.includes(testTag) && <DeleteTest sessionId={sessionId} />}
          {rate && <Sparkline values={rate} label="Events in the last seconds" />}
        </div>
        <Now row={row} />
      </div>
      <div role="cell" className="session-cell session-cell-user truncate">
        {userId === null ? <span className="faint">–</span> : safeLine(userId)}
      </div>
      <div role="cell" className="session-cell session-cell-goals">
        <Goals row={row} />
      </div>
      <Figure id="events" text={formatCount(events)} full={`${formatExact(events)} events`} none={events === 0} />
      <Figure id="tokens" text={formatCount(tokens)} full={`${formatExact(tokens)} tokens`} none={tokens === 0} />
      <Figure id="cost" text={formatCost(cost)} full={`$${cost}`} none={cost === 0} />
      <div role="cell" className="session-cell session-cell-age">
        <RelativeTime at={lastEventAt} now={now} />
      </div>
    </div>
  );
});

/** What it is called besides, and what it waits for or is at. */
function Now({ row }: { row: SessionRow }) {
  const { sessionId, waiting, summary, model } = row;
  const { name, other } = sessionName(row);
  if (waiting) return <span className="session-now session-now-waits truncate">{waitingText(waiting)}</span>;
  const parts = [phaseText(summary), stepText(summary)].filter((part) => part !== "");
  const at = parts.length > 0 ? parts.join(" · ") : model === null ? "" : brief(model, 60);
  const text = [name === sessionId ? plainWords(safeLine(other)) : "", at].filter((part) => part !== "").join(" · ");
  return (
    <span className="session-now truncate">
      {name !== sessionId && (
        <span className="session-id mono" title={safeLine(sessionId)}>
          {shortId(sessionId)}
        </span>
      )}
      {text}
    </span>
  );
}

/** Enough of an id that a program made up to tell it from others. */
function shortId(sessionId: string): string {
  return sessionId.length <= 12 ? sessionId : `${sessionId.slice(0, 8)}…`;
}

function Tags({ tags }: { tags: readonly string[] }) {
  const router = useRouter();
  return tags.slice(0, 3).map((tag) => (
    <button
      key={tag}
      type="button"
      className="session-tag truncate"
      title={`Only sessions with the tag ${safeLine(tag)}`}
      onClick={() => router.setParams({ tag })}
    >
      {brief(tag, 30)}
    </button>
  ));
}

function DeleteTest({ sessionId }: { sessionId: string }) {
  const { testSessions } = useServices();
  return (
    <IconButton
      icon="trash"
      size="sm"
      className="session-delete"
      label={`Delete ${sessionId}`}
      onClick={() => void testSessions.remove(sessionId)}
    />
  );
}

function Goals({ row: { summary } }: { row: SessionRow }) {
  if (!summary || summary.goals.total === 0) return null;
  const { done, total } = summary.goals;
  return (
    <span className="session-goals" title={`${done} of ${total} goals completed`}>
      <span className="session-goals-bar" aria-hidden="true">
        <span style={{ width: formatShare(done, total) }} />
      </span>
      {done}/{total}
    </span>
  );
}

interface FigureProps {
  id: string;
  text: string;
  full: string;
  none: boolean;
}

function Figure({ id, text, full, none }: FigureProps) {
  return (
    <div role="cell" className={`session-cell session-cell-figure session-cell-${id}`} title={full}>
      {none ? <span className="faint">–</span> : text}
    </div>
  );
}
