import { useEffect, useMemo, useReducer, useRef } from "react";
import { formatNumberOf } from "../../view/format.js";
import { itemText } from "../../view/item-text.js";
import type { FeedItem } from "../../view/feed-types.js";
import { Button } from "../shared/button.js";
import { Icon } from "../shared/icon.js";
import { plainWords } from "../shared/words.js";
import { EmptyState, ErrorState, LoadingState } from "../shared/states.js";
import { FeedRow, TurnFigures, type RowActions } from "./feed-row.js";
import { noTurns, promptAbove, unfoldedItems } from "./feed-rows.js";
import { useSession, useSessionView } from "./session-context.js";
import { useFeedKeys } from "./use-feed-keys.js";
import { useFeedList, type FeedList } from "./use-feed-list.js";
import { useRowActions } from "./use-row-actions.js";
import "./feed.css";

export interface FeedFolds {
  /** Items that show everything. */
  open: ReadonlySet<string>;
  /** Items that show their events as JSON. */
  raw: ReadonlySet<string>;
  /** Prompts whose turn is folded away. */
  folded: ReadonlySet<string>;
}

export type FoldChange = { what: keyof FeedFolds; key: string; on?: boolean };

function reduceFolds(folds: FeedFolds, { what, key, on }: FoldChange): FeedFolds {
  const next = new Set(folds[what]);
  if (on ?? !next.has(key)) next.add(key);
  else next.delete(key);
  return { ...folds, [what]: next };
}

const plain: FeedFolds = { open: noTurns, raw: noTurns, folded: noTurns };

/** What the session did, as it happens: prompts with what they set off, newest at the bottom. */
export function Feed({ sessionId }: { sessionId: string }) {
  const view = useSessionView();
  const feed = useSession((snapshot) => snapshot.feed);
  const [folds, change] = useReducer(reduceFolds, plain);
  const rows = useMemo(() => unfoldedItems(feed.items, folds.folded), [feed.items, folds.folded]);
  const list = useFeedList(rows, feed);
  const actions = useRowActions(sessionId, change);
  const selected = feed.items[feed.selectedIndex]?.key;
  const root = useRef<HTMLDivElement>(null);
  useFeedKeys({ list, root, folds, actions });
  useFocusOnSelected(root, selected, feed.follow);
  useOpenedInView(selected, folds);

  return (
    <div className="feed" ref={root}>
      <StickyPrompt rows={rows} list={list} />
      <div
        ref={list.scroller}
        className="feed-scroller"
        role="feed"
        aria-label="What happened"
        aria-busy={feed.loading !== null}
        tabIndex={0}
        onScroll={list.onScroll}
        onWheel={(event) => list.onIntent(event.deltaY < 0)}
        onTouchMove={() => list.onIntent()}
        onPointerDown={() => list.onIntent()}
        onKeyDown={(event) => list.onIntent(event.key === "PageUp")}
      >
        <Rows rows={rows} list={list} folds={folds} actions={actions} selected={feed.follow ? undefined : selected} />
      </div>
      {rows.length === 0 && <Nothing />}
      {feed.loading === "older" && <p className="feed-loading feed-loading-older">Loading older events…</p>}
      {feed.error && rows.length > 0 && (
        <p className="feed-loading feed-error" role="alert">
          {feed.error.message}
        </p>
      )}
      {!feed.follow && <Newer count={feed.newBelow} onClick={() => view.goLive()} />}
    </div>
  );
}

interface RowsProps {
  rows: readonly FeedItem[];
  list: FeedList;
  folds: FeedFolds;
  actions: RowActions;
  selected: string | undefined;
}

/** Those that are on screen, and some around them. */
function Rows({ rows, list: { virtualizer }, folds, actions, selected }: RowsProps) {
  const shown = virtualizer.getVirtualItems().filter(({ index }) => index < rows.length);
  return (
    <div className="feed-space" role="presentation" style={{ height: virtualizer.getTotalSize() }}>
      {shown.map(({ key, index, start }) => {
        const item = rows[index]!;
        return (
          <div
            key={key}
            data-index={index}
            ref={virtualizer.measureElement}
            className="feed-item"
            role="presentation"
            style={{ transform: `translateY(${start}px)` }}
          >
            <FeedRow
              item={item}
              selected={item.key === selected}
              open={folds.open.has(item.key)}
              raw={folds.raw.has(item.key)}
              folded={folds.folded.has(item.key)}
              actions={actions}
            />
          </div>
        );
      })}
    </div>
  );
}

function Nothing() {
  const { loading, error, filter } = useSession((snapshot) => snapshot.feed);
  const view = useSessionView();
  if (error) return <ErrorState error={error} onRetry={() => view.goLive()} />;
  if (loading !== null) return <LoadingState label="Loading events…" />;
  const isFiltered = filter.kinds !== null || filter.errors || filter.agentId !== null;
  if (!isFiltered)
    return (
      <EmptyState icon="message" title="Nothing has happened yet.">
        What the agent does appears here as it happens.
      </EmptyState>
    );
  return (
    <EmptyState icon="filter" title="No event matches the filter.">
      <Button onClick={() => view.setFilter({ kinds: null, errors: false, agentId: null })}>Show everything</Button>
    </EmptyState>
  );
}

/** How far behind the reader is, and the way back to what happens now. */
function Newer({ count, onClick }: { count: number; onClick: () => void }) {
  return (
    <button
      type="button"
      className={`feed-newer ${count > 0 ? "feed-newer-some" : ""}`}
      onClick={onClick}
      aria-live="polite"
    >
      <Icon name="down" size={14} />
      {count > 0 ? formatNumberOf(count, "new event") : "Follow"}
    </button>
  );
}

/** The prompt that what is on screen belongs to, once it is scrolled away. */
function StickyPrompt({ rows, list: { virtualizer } }: { rows: readonly FeedItem[]; list: FeedList }) {
  const offset = virtualizer.scrollOffset ?? 0;
  const first = virtualizer.getVirtualItems().find(({ end }) => end > offset + 8);
  const index = first ? promptAbove(rows, first.index) : -1;
  const item = rows[index];
  if (!item) return null;
  return (
    <button type="button" className="feed-sticky" onClick={() => virtualizer.scrollToIndex(index, { align: "start" })}>
      <Icon name="user" size={13} />
      <span className="truncate">{plainWords(itemText(item).text)}</span>
      <TurnFigures item={item} />
    </button>
  );
}

/** What was opened is on screen, as much of it as fits. */
function useOpenedInView(selected: string | undefined, folds: FeedFolds): void {
  useEffect(() => {
    if (selected === undefined || !(folds.open.has(selected) || folds.raw.has(selected))) return;
    document.getElementById(`feed-${selected}`)?.scrollIntoView({ block: "nearest" });
    // Only what is opened moves the rows, not another selection.
  }, [folds]);
}

/** Somebody who reads by keyboard is where the selection is. */
function useFocusOnSelected(
  root: React.RefObject<HTMLElement | null>,
  selected: string | undefined,
  follow: boolean,
): void {
  useEffect(() => {
    const { activeElement } = document;
    const isHere = root.current?.contains(activeElement) === true;
    if (follow || selected === undefined || !isHere || activeElement?.closest("input, textarea")) return;
    const row = document.getElementById(`feed-${selected}`);
    if (row && !row.contains(activeElement)) row.focus({ preventScroll: true });
  }, [root, selected, follow]);
}
