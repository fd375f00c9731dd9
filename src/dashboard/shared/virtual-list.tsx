import { useVirtualizer, type Virtualizer } from "@tanstack/react-virtual";
import { useEffect, useImperativeHandle, useRef, type ReactNode, type Ref } from "react";
import "./virtual-list.css";

export interface VirtualListHandle {
  scrollToIndex(index: number, align?: "start" | "center" | "end" | "auto"): void;
  readonly element: HTMLElement | null;
  readonly virtualizer: Virtualizer<HTMLDivElement, Element>;
}

export interface VirtualListProps {
  /** Read out. */
  label: string;
  count: number;
  /** Pixels of a row; of rows that differ, the usual. */
  estimate: (index: number) => number;
  /** Rows are as tall as their content; else as `estimate` says. */
  measured?: boolean;
  keyOf?: (index: number) => string | number;
  row: (index: number) => ReactNode;
  overscan?: number;
  role?: "list" | "listbox" | "feed" | "tree" | "table" | "grid" | "rowgroup" | "presentation";
  /** Which rows are on screen, after each change of that. */
  onRange?: (first: number, last: number) => void;
  onScroll?: (element: HTMLElement) => void;
  className?: string;
  id?: string;
  /** Of a listbox or a tree: the id of the row that is selected. */
  activeDescendant?: string;
  tabIndex?: number;
  ref?: Ref<VirtualListHandle>;
}

/** A list of any length: the rows on screen alone are in the document. */
export function VirtualList(props: VirtualListProps) {
  const { label, count, estimate, measured = false, keyOf, row, overscan = 8, role = "list", onRange } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const virtualizer = useVirtualizer({
    count,
    getScrollElement: () => scroller.current,
    estimateSize: estimate,
    getItemKey: keyOf,
    overscan,
  });
  useImperativeHandle(props.ref, () => ({
    scrollToIndex: (index, align = "auto") => virtualizer.scrollToIndex(index, { align }),
    get element() {
      return scroller.current;
    },
    virtualizer,
  }));
  const { startIndex = 0, endIndex = 0 } = virtualizer.range ?? {};
  useEffect(() => {
    if (count > 0) onRange?.(startIndex, endIndex);
  }, [startIndex, endIndex, count, onRange]);
  return (
    <div
      ref={scroller}
      id={props.id}
      className={`virtual-list ${props.className ?? ""}`}
      role={role}
      aria-label={label}
      aria-activedescendant={props.activeDescendant}
      tabIndex={props.tabIndex ?? 0}
      onScroll={(event) => props.onScroll?.(event.currentTarget)}
    >
      <div className="virtual-list-space" role="presentation" style={{ height: virtualizer.getTotalSize() }}>
        {virtualizer.getVirtualItems().map(({ key, index, start, size }) => (
          <div
            key={key}
            data-index={index}
            ref={measured ? virtualizer.measureElement : undefined}
            className="virtual-list-item"
            role="presentation"
            style={{ transform: `translateY(${start}px)`, height: measured ? undefined : size }}
          >
            {row(index)}
          </div>
        ))}
      </div>
    </div>
  );
}
