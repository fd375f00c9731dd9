import { useEffect, useRef, useState } from "react";
import { formatExact, formatNumberOf } from "../../view/format.js";
import { safeLine } from "../../view/safe-text.js";
import { createSearch, type SearchHitRow, type SearchSnapshot, type SearchView } from "../../view/search-view.js";
import { useView } from "../../view/use-view.js";
import { useRouter, type Route } from "../router.js";
import { Badge } from "../shared/badge.js";
import { Link } from "../shared/link.js";
import { RelativeTime } from "../shared/relative-time.js";
import { SessionLabel } from "../shared/session-label.js";
import { useOwnView, useServices } from "../shared/services.js";
import { EmptyState, ErrorState, LoadingState } from "../shared/states.js";
import { Tabs } from "../shared/tabs.js";
import { VirtualList, type VirtualListHandle } from "../shared/virtual-list.js";
import { useShortcuts } from "../shell/shortcuts.js";
import type { ListAddress } from "./list-query.js";
import { SessionTable } from "./session-table.js";
import "./search-results.css";

const parts = [
  { id: "events", label: "Said and done" },
  { id: "sessions", label: "Sessions by name" },
] as const;

/** What a search found: events that lead to their place, or sessions whose names fit. */
export function SearchResults({ address }: { address: ListAddress }) {
  const router = useRouter();
  return (
    <Tabs
      className="search-results"
      label="What is searched"
      tabs={parts}
      selected={address.part}
      onSelect={(part) => router.setParams({ in: part === "events" ? null : part }, { replace: true })}
    >
      {address.part === "sessions" ? <SessionTable /> : <Events address={address} />}
    </Tabs>
  );
}

function Events({ address }: { address: ListAddress }) {
  const { source, clock } = useServices();
  const { search: text, query } = address;
  const view = useOwnView(() => createSearch({ source, clock, filter: { text, userId: query.userId } }));
  useEffect(() => view?.setFilter({ text, userId: query.userId }), [view, text, query.userId]);
  return view && <Hits view={view} />;
}

function Hits({ view }: { view: SearchView }) {
  const snapshot = useView(view);
  const { hits, error, loading, now } = snapshot;
  const list = useRef<VirtualListHandle>(null);
  const [selected, setSelected] = useState(-1);
  useHitKeys(hits, selected, (index) => {
    setSelected(index);
    list.current?.scrollToIndex(index);
  });
  if (error) return <ErrorState error={error} onRetry={() => view.retry()} />;
  if (hits.length === 0 && loading) return <LoadingState label="Searching…" />;
  if (hits.length === 0) return <NoHits snapshot={snapshot} />;
  return (
    <div className="search-hits">
      <p className="search-summary" role="status">
        {snapshot.hasMore ? `The first ${formatExact(hits.length)} hits` : formatNumberOf(hits.length, "hit")}
        {snapshot.lag > 0 && `; ${formatNumberOf(snapshot.lag, "new event")} not searchable yet`}
      </p>
      <VirtualList
        ref={list}
        label="Hits"
        count={hits.length}
        estimate={() => 58}
        measured
        onRange={(_first, last) => last > hits.length - 20 && view.more()}
        row={(index) => <Hit hit={hits[index]!} now={now} selected={index === selected} />}
      />
    </div>
  );
}

function useHitKeys(hits: readonly SearchHitRow[], selected: number, select: (index: number) => void): void {
  const router = useRouter();
  const move = (by: number) => () => select(Math.max(0, Math.min(hits.length - 1, selected + by)));
  const open = () => {
    const hit = hits[selected];
    if (hit) router.navigate(router.href(pageOf(hit), { event: hit.seq }));
  };
  const group = "Search";
  useShortcuts([
    { keys: "j", help: "Next hit", group, run: move(1) },
    { keys: "ArrowDown", help: "Next hit", group, run: move(1) },
    { keys: "k", help: "Hit before", group, run: move(-1) },
    { keys: "ArrowUp", help: "Hit before", group, run: move(-1) },
    { keys: "Enter", help: "Show the hit in its session", group, run: open },
  ]);
}

function pageOf({ sessionId }: SearchHitRow): Route {
  return { page: "session", sessionId };
}

function Hit({ hit, now, selected }: { hit: SearchHitRow; now: number; selected: boolean }) {
  const { sessionId, userId, seq, type, at, snippet } = hit;
  return (
    <div role="listitem" className={`search-hit ${selected ? "search-hit-selected" : ""}`}>
      <Link className="search-hit-link" to={pageOf(hit)} params={{ event: seq }}>
        <span className="search-hit-head">
          <Badge>{safeLine(type).replaceAll("_", " ")}</Badge>
          <span className="search-hit-session truncate">
            <SessionLabel sessionId={sessionId} />
          </span>
          <span className="faint">#{seq}</span>
          {userId !== null && <span className="faint truncate">{safeLine(userId)}</span>}
          <span className="search-hit-age">
            <RelativeTime at={at} now={now} suffix=" ago" />
          </span>
        </span>
        <span className="search-hit-text">
          {withoutFrame(snippet, type).map(({ text, hit }, index) =>
            hit ? <mark key={index}>{text}</mark> : lineOf(text, type),
          )}
        </span>
      </Link>
    </div>
  );
}

/** The index reads the type and the id of a call first; one stands above, and the other says nothing. */
function withoutFrame(snippet: SearchHitRow["snippet"], type: string): SearchHitRow["snippet"] {
  const [first, ...rest] = snippet;
  if (!first || first.hit || !first.text.startsWith(`${type} · `)) return snippet;
  const text = first.text.slice(type.length + 3).replace(/^(?=[\w-]*\d)[\w-]+ · /, "");
  return [{ ...first, text }, ...rest];
}

const said = ["user_prompt", "assistant_message", "thinking"];

/** Without what is noise between words: colour sequences, which are spelled out by now, and Markdown's marks. */
function lineOf(text: string, type: string): string {
  const line = text.replace(/\\e\[[\d;]*m/g, "");
  return said.includes(type) ? line.replace(/\*\*|`/g, "") : line;
}

function NoHits({ snapshot: { lag, filter } }: { snapshot: SearchSnapshot }) {
  const title = filter.userId === null ? "Nobody said or did that" : `${safeLine(filter.userId)} has nothing like that`;
  return (
    <EmptyState icon="search" title={title}>
      {lag > 0
        ? `${formatNumberOf(lag, "new event")} not searchable yet; try again in a moment.`
        : "All words must be in one event; their beginnings are enough."}
    </EmptyState>
  );
}
