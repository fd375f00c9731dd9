import { useCallback, useEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import type { JsonValue } from "../../core/json.js";
import {
  defaultFolds,
  findInJson,
  jsonTreeRows,
  toggleFold,
  type JsonFolds,
  type JsonTreeRow,
} from "../../view/json-tree.js";
import { Icon } from "./icon.js";
import { useMedia } from "./use-media.js";
import { VirtualList, type VirtualListHandle } from "./virtual-list.js";
import "./json.css";

interface JsonTreeProps {
  /** Read out. */
  label: string;
  value: JsonValue;
  /** Places that hold this are opened and marked. */
  search?: string;
  /** How many levels are open at first. */
  depth?: number;
  /** Marked, such as what changed: paths as {@link JsonTreeRow.path} spells them. */
  marked?: ReadonlySet<string>;
}

const rowHeights = { wide: 22, narrow: 32 };

/** A value as a foldable tree; arrows move and fold. Nothing but the rows on screen is in the document. */
export function JsonTree({ label, value, search = "", depth = defaultFolds.depth, marked }: JsonTreeProps) {
  const list = useRef<VirtualListHandle>(null);
  const [folds, setFolds] = useState<JsonFolds>({ ...defaultFolds, depth });
  const [selected, setSelected] = useState(0);
  const rowHeight = useMedia("(max-width: 720px)") ? rowHeights.narrow : rowHeights.wide;
  useEffect(() => list.current?.virtualizer.measure(), [rowHeight]);
  const found = useMemo(() => findInJson(value, search, folds), [value, search, folds]);
  const shownFolds = search === "" ? folds : found.folds;
  const rows = useMemo(() => jsonTreeRows(value, shownFolds), [value, shownFolds]);
  const hits = useMemo(() => new Set(found.hits), [found]);

  useEffect(() => {
    const first = search === "" ? -1 : rows.findIndex(({ path }) => hits.has(path));
    if (first < 0) return;
    setSelected(first);
    list.current?.scrollToIndex(first);
    // Only another search moves the selection, not each new value.
  }, [search]);

  const toggle = useCallback((path: string) => setFolds(toggleFold(shownFolds, path)), [shownFolds]);
  const current = Math.min(selected, rows.length - 1);
  const onKeyDown = (event: KeyboardEvent) => {
    const moved = moveInTree(event.key, rows, current);
    if (moved === undefined) return;
    event.preventDefault();
    if (moved.toggle) toggle(rows[current]!.path);
    setSelected(moved.to);
    list.current?.scrollToIndex(moved.to);
  };

  const row = (index: number) => {
    const shown = rows[index];
    if (!shown) return null;
    return (
      <TreeRow
        row={shown}
        id={`${label}-${index}`}
        selected={index === current}
        mark={hits.has(shown.path) ? "hit" : marked?.has(shown.path) ? "changed" : null}
        onToggle={() => {
          setSelected(index);
          if (shown.open !== null) toggle(shown.path);
        }}
      />
    );
  };
  return (
    <div className="json-tree" onKeyDown={onKeyDown}>
      <VirtualList
        ref={list}
        label={label}
        role="tree"
        count={rows.length}
        estimate={() => rowHeight}
        activeDescendant={`${label}-${current}`}
        row={row}
      />
    </div>
  );
}

interface TreeRowProps {
  row: JsonTreeRow;
  id: string;
  selected: boolean;
  mark: "hit" | "changed" | null;
  onToggle: () => void;
}

function TreeRow({ row, id, selected, mark, onToggle }: TreeRowProps) {
  const { key, kind, text, open, depth } = row;
  return (
    <div
      id={id}
      role="treeitem"
      aria-level={depth + 1}
      aria-expanded={open ?? undefined}
      aria-selected={selected}
      className={`json-row ${mark === null ? "" : `json-row-${mark}`}`}
      style={{ paddingInlineStart: 8 + depth * 16 }}
      onClick={onToggle}
    >
      <span className={`json-fold ${open ? "json-fold-open" : ""}`}>
        {open !== null && <Icon name="chevron" size={12} />}
      </span>
      {key !== null && <span className={typeof key === "number" ? "json-index" : "json-key"}>{key}</span>}
      {key !== null && <span className="json-punctuation">: </span>}
      <span className={`json-${kind}`}>{text}</span>
    </div>
  );
}

interface TreeMove {
  to: number;
  toggle?: boolean;
}

/** Where a key leads, after the ARIA tree pattern; undefined for keys that it does not know. */
function moveInTree(key: string, rows: readonly JsonTreeRow[], at: number): TreeMove | undefined {
  const row = rows[at];
  const move = moves[key];
  if (!row || !move) return undefined;
  const { to, toggle } = move(rows, at, row);
  return { to: Math.max(0, Math.min(rows.length - 1, to)), toggle };
}

const fold = (at: number, { open }: JsonTreeRow): TreeMove => ({ to: at, toggle: open !== null });

const moves: Record<string, (rows: readonly JsonTreeRow[], at: number, row: JsonTreeRow) => TreeMove> = {
  ArrowDown: (_rows, at) => ({ to: at + 1 }),
  ArrowUp: (_rows, at) => ({ to: at - 1 }),
  Home: () => ({ to: 0 }),
  End: (rows) => ({ to: rows.length - 1 }),
  Enter: (_rows, at, row) => fold(at, row),
  " ": (_rows, at, row) => fold(at, row),
  ArrowRight: (_rows, at, { open }) => (open === false ? { to: at, toggle: true } : { to: open ? at + 1 : at }),
  ArrowLeft: (rows, at, { open }) => (open ? { to: at, toggle: true } : { to: parentOf(rows, at) }),
};

function parentOf(rows: readonly JsonTreeRow[], at: number): number {
  const { depth } = rows[at]!;
  return rows.slice(0, at).findLastIndex((row) => row.depth < depth);
}
