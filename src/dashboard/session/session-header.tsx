import { memo } from "react";
import type { Metadata } from "../../core/metadata.js";
import { formatAge, formatCost, formatCount, formatExact } from "../../view/format.js";
import { costWords, sessionFigures } from "../../view/session-figures.js";
import { conditionOfSession } from "../../view/row-words.js";
import { brief, safeLine } from "../../view/safe-text.js";
import { givenTitle, sessionName } from "../../view/session-title.js";
import { waitTitles, type Waiting } from "../../view/waiting.js";
import { Badge } from "../shared/badge.js";
import { IconButton } from "../shared/button.js";
import { Icon, type IconName } from "../shared/icon.js";
import { Link } from "../shared/link.js";
import { SessionLabel } from "../shared/session-label.js";
import { durationWords, plainWords } from "../shared/words.js";
import { SessionStatusBadge } from "../shared/session-status.js";
import { Sparkline } from "../shared/sparkline.js";
import { Tooltip } from "../shared/tooltip.js";
import { ExportMenu } from "./export-menu.js";
import { useSession } from "./session-context.js";
import { useCopy } from "./use-copy.js";
import "./session-header.css";

/** Who and what the session is, what it is at, and what it has come to. */
export function SessionHeader({ sessionId }: { sessionId: string }) {
  const metadata = useSession((snapshot) => snapshot.metadata);
  const waiting = useSession((snapshot) => snapshot.waiting);
  const now = useSession((snapshot) => Math.floor(snapshot.now / 1_000) * 1_000);
  const title = useSession((snapshot) => snapshot.title);
  const copy = useCopy();
  if (!metadata) return null;
  const heading = givenTitle(metadata) ?? sessionName({ sessionId, title }).name;
  const shown = heading === sessionId ? safeLine(sessionId) : plainWords(brief(heading, 160));
  return (
    <header className="session-header">
      <div className="session-header-main">
        <Link
          className="session-header-back button button-quiet button-icon button-sm"
          to={{ page: "sessions" }}
          aria-label="All sessions"
        >
          <Icon name="chevron" size={14} />
        </Link>
        <h1 className="session-header-title truncate" title={shown}>
          {shown}
        </h1>
        <SessionStatusBadge condition={conditionOfSession(metadata, now)} />
        <Liveness metadata={metadata} waiting={waiting} now={now} />
        <div className="session-header-actions">
          <IconButton
            icon="copy"
            size="sm"
            className="session-header-copy"
            label="Copy the session's id"
            onClick={() => copy(sessionId, "the session's id")}
          />
          <IconButton
            icon="link"
            size="sm"
            label="Copy a link to this view"
            onClick={() => copy(location.href, "a link to this view")}
          />
          <ExportMenu sessionId={sessionId} />
        </div>
      </div>
      <Facts metadata={metadata} now={now} sessionId={heading === sessionId ? null : sessionId} />
    </header>
  );
}

/** Since when it is as it is, and why. */
function Liveness({ metadata, waiting, now }: { metadata: Metadata; waiting: Waiting | null; now: number }) {
  const { liveness, status, lastEventAt } = metadata;
  const reason = waiting ? waitTitles[waiting.kind] : typeof liveness["reason"] === "string" ? liveness["reason"] : "";
  const since = Date.parse(status === "active" ? liveness.since : lastEventAt);
  const last = Date.parse(lastEventAt);
  return (
    <span className="session-header-liveness truncate">
      {reason !== "" && <span>{brief(reason, 200)}</span>}
      {!Number.isNaN(since) && <span className="faint"> for {formatAge(since, now).replace("now", "0s")}</span>}
      {status === "active" && liveness.status === "running" && !Number.isNaN(last) && now - last > 2_000 && (
        <span className="faint"> · last event {formatAge(last, now)} ago</span>
      )}
    </span>
  );
}

const Facts = memo(function Facts({
  metadata,
  now,
  sessionId,
}: {
  metadata: Metadata;
  now: number;
  sessionId: string | null;
}) {
  const { userId, model, tokenUsage } = metadata;
  const { durationMs, tokens, cost, costSource } = sessionFigures(metadata, now);
  const head = useSession((snapshot) => snapshot.head);
  return (
    <ul className="session-facts" aria-label="About the session">
      {sessionId !== null && (
        <Fact label="Session">
          <span className="mono">{safeLine(sessionId)}</span>
        </Fact>
      )}
      {userId !== null && (
        <Fact label="User" icon="user">
          {brief(userId, 60)}
        </Fact>
      )}
      {model !== null && (
        <Fact label="Model" icon="sparkle">
          <span className="mono">{brief(model, 60)}</span>
        </Fact>
      )}
      <Fact label="Duration" icon="clock">
        {durationWords(durationMs)}
      </Fact>
      <Fact label="Events" tooltip={`${formatExact(head)} events`}>
        {formatCount(head)} <span className="faint">events</span>
        <Rate />
      </Fact>
      {tokens > 0 && (
        <Fact label="Tokens" tooltip={tokenText(tokenUsage)}>
          {formatCount(tokens)} <span className="faint">tokens</span>
        </Fact>
      )}
      {cost > 0 && (
        <Fact label="Cost" tooltip={costSource === null ? undefined : costWords[costSource].long}>
          {formatCost(cost)}
          {costSource !== null && <span className="faint"> {costWords[costSource].short}</span>}
        </Fact>
      )}
      <Related metadata={metadata} />
    </ul>
  );
});

/** More of these than fit beside the other facts. */
const most = 8;

/** What the session belongs to, and what belongs to it. */
function Related({ metadata: { tags, parentSession, subsessions } }: { metadata: Metadata }) {
  return (
    <>
      {tags.map((tag) => (
        <li key={tag}>
          <Link to={{ page: "sessions" }} params={{ tag }}>
            <Badge title={`Sessions with the tag ${brief(tag, 60)}`}>{brief(tag, 40)}</Badge>
          </Link>
        </li>
      ))}
      {parentSession !== null && (
        <Fact label="Parent session" icon="branch">
          <span className="faint">part of </span>
          <SessionLink sessionId={parentSession} />
        </Fact>
      )}
      {subsessions.length > 0 && (
        <Fact label="Sub-sessions" icon="branch">
          {subsessions.slice(0, most).map((id) => (
            <SessionLink key={id} sessionId={id} />
          ))}
          {subsessions.length > most && `and ${formatExact(subsessions.length - most)} more`}
        </Fact>
      )}
    </>
  );
}

interface FactProps {
  label: string;
  icon?: IconName;
  tooltip?: string;
  children: React.ReactNode;
}

function Fact({ label, icon, tooltip, children }: FactProps) {
  const inner = (
    <span className="session-fact">
      {icon && <Icon name={icon} size={13} />}
      <span className="visually-hidden">{label}: </span>
      <span className="truncate">{children}</span>
    </span>
  );
  return (
    <li title={tooltip === undefined ? label : undefined}>
      {tooltip === undefined ? inner : <Tooltip text={tooltip}>{inner}</Tooltip>}
    </li>
  );
}

function SessionLink({ sessionId }: { sessionId: string }) {
  return (
    <Link className="session-facts-link" to={{ page: "session", sessionId }}>
      <SessionLabel sessionId={sessionId} />
    </Link>
  );
}

function Rate() {
  const rate = useSession((snapshot) => snapshot.rate);
  return rate.some((count) => count > 0) ? (
    <Sparkline values={rate.slice(-30)} label="Events in each of the last seconds" />
  ) : null;
}

function tokenText(usage: Metadata["tokenUsage"]): string {
  const words = {
    input: "in",
    output: "out",
    cacheRead: "from cache",
    cacheWrite5m: "to cache (5 min)",
    cacheWrite1h: "to cache (1 h)",
    reasoning: "of it thinking",
  };
  return Object.entries(words)
    .map(([kind, word]) => [usage[kind], word] as const)
    .filter(([count]) => typeof count === "number" && count > 0)
    .map(([count, word]) => `${formatExact(Number(count))} ${word}`)
    .join("\n");
}
