import { useCallback, useEffect, useRef } from "react";
import { formatExact } from "../../view/format.js";
import { useView } from "../../view/use-view.js";
import type { SessionListSnapshot, SessionSort } from "../../view/session-list-types.js";
import { useRouter } from "../router.js";
import { Button } from "../shared/button.js";
import { Icon } from "../shared/icon.js";
import { useServices } from "../shared/services.js";
import { EmptyState, ErrorState, LoadingState } from "../shared/states.js";
import { VirtualList, type VirtualListHandle } from "../shared/virtual-list.js";
import { useMedia } from "../shared/use-media.js";
import { useShortcuts } from "../shell/shortcuts.js";
import { isFiltered, noFilters, sortParams } from "./list-query.js";
import { SessionTableRow } from "./session-table-row.js";
import { useCreateTestSession } from "./use-create-test-session.js";
import "./session-table.css";

const rowHeights = { wide: 44, narrow: 66 };

/** The sessions that the query asks for; of any number of them those on screen are in the document. */
export function SessionTable() {
  const { sessions } = useServices();
  const snapshot = useView(sessions);
  const { count, rows, offset, selectedIndex, selectedId } = snapshot;
  // Ages are told in seconds: rows in which nothing happened are left alone for as long.
  const now = Math.floor(snapshot.now / 1_000) * 1_000;
  const list = useRef<VirtualListHandle>(null);
  const height = useMedia("(max-width: 720px)") ? rowHeights.narrow : rowHeights.wide;
  const setRange = useCallback(
    (first: number, last: number) => sessions.setWindow(Math.max(0, first - 10), last - first + 30),
    [sessions],
  );
  useListKeys(list);
  useEffect(() => list.current?.virtualizer.measure(), [height]);
  if (count === 0) return <NoRows snapshot={snapshot} />;
  return (
    <>
      <div
        className="session-table"
        role="table"
        aria-label="Sessions"
        aria-rowcount={snapshot.hasMore ? -1 : count + 1}
      >
        <Head snapshot={snapshot} />
        <VirtualList
          ref={list}
          role="rowgroup"
          label="Sessions"
          count={count}
          estimate={() => height}
          onRange={setRange}
          row={(index) => {
            const row = rows[index - offset];
            if (!row) return <div className="session-row session-row-pending" role="presentation" />;
            return <SessionTableRow row={row} index={index} now={now} selected={row.sessionId === selectedId} />;
          }}
        />
      </div>
      <Reading snapshot={snapshot} />
      <p className="visually-hidden" role="status">
        {selectedIndex >= 0 ? `${selectedId} selected` : ""}
      </p>
    </>
  );
}

/** How far it has read, where an order or a filter needs all sessions. */
function Reading({ snapshot: { loading, hasMore, query, count, totals } }: { snapshot: SessionListSnapshot }) {
  const needsAll = query.sort !== "activity" || !query.descending || query.text !== "" || query.waiting;
  if (!needsAll || !loading || !hasMore) return null;
  const of = totals.stats && !isFiltered(query) ? ` of ${formatExact(totals.stats.total)}` : "";
  return (
    <p className="session-table-reading" role="status">
      Reading all sessions: {formatExact(count)}
      {of} so far…
    </p>
  );
}

/** j and k move, Enter opens; as in the terminal. */
function useListKeys(list: React.RefObject<VirtualListHandle | null>): void {
  const { sessions } = useServices();
  const router = useRouter();
  const move = (by: number) => () => {
    sessions.moveSelection(by);
    const { selectedIndex } = sessions.getSnapshot();
    if (selectedIndex >= 0) list.current?.scrollToIndex(selectedIndex);
  };
  const open = () => {
    const { selectedId } = sessions.getSnapshot();
    if (selectedId !== null) router.navigate(router.href({ page: "session", sessionId: selectedId }));
  };
  const group = "Sessions";
  useShortcuts([
    { keys: "j", help: "Next session", group, run: move(1) },
    { keys: "ArrowDown", help: "Next session", group, run: move(1) },
    { keys: "k", help: "Session before", group, run: move(-1) },
    { keys: "ArrowUp", help: "Session before", group, run: move(-1) },
    { keys: "g g", help: "First session", group, run: move(-Infinity) },
    { keys: "Home", help: "First session", group, run: move(-Infinity) },
    { keys: "G", help: "Last session that is loaded", group, run: move(Infinity) },
    { keys: "End", help: "Last session that is loaded", group, run: move(Infinity) },
    { keys: "Enter", help: "Open the session", group, run: open },
    { keys: "R", help: "Read the list anew", group, run: () => sessions.refresh() },
  ]);
}

interface Column {
  id: string;
  title: string;
  sort?: SessionSort;
}

const columns: readonly Column[] = [
  { id: "status", title: "Status", sort: "status" },
  { id: "session", title: "Session", sort: "session" },
  { id: "user", title: "User", sort: "user" },
  { id: "goals", title: "Goals" },
  { id: "events", title: "Events", sort: "events" },
  { id: "tokens", title: "Tokens", sort: "tokens" },
  { id: "cost", title: "Cost", sort: "cost" },
  { id: "age", title: "Last", sort: "activity" },
];

function Head({ snapshot }: { snapshot: SessionListSnapshot }) {
  return (
    <div role="rowgroup" className="session-table-head">
      <div role="row" aria-rowindex={1} className="session-row session-head">
        {columns.map((column) => (
          <HeadCell key={column.id} column={column} query={snapshot.query} />
        ))}
      </div>
    </div>
  );
}

function HeadCell({ column: { id, title, sort }, query }: { column: Column; query: SessionListSnapshot["query"] }) {
  const router = useRouter();
  const sorted = sort !== undefined && query.sort === sort;
  const direction = query.descending ? "descending" : "ascending";
  return (
    <div role="columnheader" aria-sort={sorted ? direction : undefined} className={`session-cell session-cell-${id}`}>
      {sort === undefined ? (
        title
      ) : (
        <button
          type="button"
          className={`session-sort ${sorted ? `session-sort-${direction}` : ""}`}
          onClick={() => router.setParams(sortParams(query, sort), { replace: true })}
        >
          {title}
          {sorted && <Icon name="down" size={11} />}
        </button>
      )}
    </div>
  );
}

function NoRows({ snapshot }: { snapshot: SessionListSnapshot }) {
  const { sessions } = useServices();
  const router = useRouter();
  const create = useCreateTestSession();
  const { error, loading, hasMore, query } = snapshot;
  if (error) return <ErrorState error={error} onRetry={() => sessions.refresh()} />;
  if (loading || hasMore) return <LoadingState label="Reading the sessions…" />;
  if (isFiltered(query)) {
    return (
      <EmptyState icon="filter" title={query.waiting ? "Nobody waits for you" : "No session fits"}>
        <Button onClick={() => router.setParams(noFilters)}>Show all sessions</Button>
      </EmptyState>
    );
  }
  const url = new URL("..", document.baseURI).href.replace(/\/$/, "");
  return (
    <EmptyState icon="sessions" title="No sessions yet">
      <p>They appear here the moment an agent reports one. Connect one, or send a first event:</p>
      <pre className="session-table-hint">{`curl ${url}/api/actions/my-session -d '{"type":"hello"}'`}</pre>
      <Button kind="primary" icon="sparkle" onClick={create}>
        Create test session
      </Button>
    </EmptyState>
  );
}
