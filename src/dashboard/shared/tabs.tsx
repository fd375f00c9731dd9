import { useId, type KeyboardEvent, type ReactNode } from "react";
import "./tabs.css";

export interface Tab<Id extends string> {
  id: Id;
  label: string;
  /** Shown beside the label. */
  count?: string | number;
}

interface TabsProps<Id extends string> {
  /** Read out: what the tabs switch between. */
  label: string;
  tabs: readonly Tab<Id>[];
  selected: Id;
  onSelect: (id: Id) => void;
  /** The panel of the selected tab. */
  children: ReactNode;
  className?: string;
}

/** Tabs after the ARIA pattern: one of them is in the tab order, arrows move between them. */
export function Tabs<Id extends string>({ label, tabs, selected, onSelect, children, className = "" }: TabsProps<Id>) {
  const base = useId();
  const move = (event: KeyboardEvent) => {
    const index = tabs.findIndex(({ id }) => id === selected);
    const next = target(event.key, index, tabs.length);
    if (next === undefined) return;
    event.preventDefault();
    onSelect(tabs[next]!.id);
    document.getElementById(`${base}-${tabs[next]!.id}`)?.focus();
  };
  return (
    <div className={`tabs ${className}`}>
      <div className="tabs-list" role="tablist" aria-label={label} onKeyDown={move}>
        {tabs.map(({ id, label, count }) => (
          <button
            key={id}
            id={`${base}-${id}`}
            type="button"
            role="tab"
            className="tabs-tab"
            aria-selected={id === selected}
            aria-controls={`${base}-panel`}
            tabIndex={id === selected ? 0 : -1}
            onClick={() => onSelect(id)}
          >
            {label}
            {count !== undefined && <span className="tabs-count">{count}</span>}
          </button>
        ))}
      </div>
      <div className="tabs-panel" role="tabpanel" id={`${base}-panel`} aria-labelledby={`${base}-${selected}`}>
        {children}
      </div>
    </div>
  );
}

function target(key: string, index: number, count: number): number | undefined {
  if (key === "ArrowRight") return (index + 1) % count;
  if (key === "ArrowLeft") return (index + count - 1) % count;
  if (key === "Home") return 0;
  return key === "End" ? count - 1 : undefined;
}
