import { useEffect, useId, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { Button, type ButtonProps } from "./button.js";
import { Icon } from "./icon.js";
import "./menu.css";

export interface MenuItem {
  id: string;
  label: string;
  /** What it does, in smaller print. */
  detail?: string;
  /** Of a switch: whether it is on. Such an item leaves the menu open. */
  on?: boolean;
  /** A line above it. */
  separated?: boolean;
  run(): void;
}

interface MenuProps extends Omit<ButtonProps, "children"> {
  /** On the button. */
  label: ReactNode;
  /** Read out: what the menu is for. */
  title: string;
  items: readonly MenuItem[];
  align?: "start" | "end";
}

/** A button with a menu after the ARIA pattern: arrows move, letters jump, Escape closes. */
export function Menu({ label, title, items, align = "start", ...button }: MenuProps) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const id = useId();
  useEffect(() => {
    if (!open) return;
    root.current?.querySelector<HTMLElement>('[role^="menuitem"]')?.focus();
    const outside = (event: PointerEvent) => !root.current?.contains(event.target as Node) && setOpen(false);
    document.addEventListener("pointerdown", outside);
    return () => document.removeEventListener("pointerdown", outside);
  }, [open]);
  const close = () => {
    setOpen(false);
    root.current?.querySelector<HTMLElement>("button")?.focus();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (!open) return;
    if (event.key === "Tab") return setOpen(false);
    const entries = [...(root.current?.querySelectorAll<HTMLElement>('[role^="menuitem"]') ?? [])];
    const at = entries.indexOf(document.activeElement as HTMLElement);
    const to = target(event.key, at, entries, items);
    event.stopPropagation();
    if (event.key === "Escape") close();
    else if (to !== undefined) entries[to]?.focus();
    else return;
    event.preventDefault();
  };
  return (
    <div className="menu" ref={root} onKeyDown={onKeyDown}>
      <Button
        {...button}
        aria-label={typeof label === "string" ? undefined : title}
        aria-haspopup="menu"
        aria-expanded={open}
        aria-controls={open ? id : undefined}
        onClick={() => setOpen(!open)}
      >
        {label}
      </Button>
      {open && (
        <div className={`menu-list menu-list-${align}`} role="menu" id={id} aria-label={title}>
          {items.map((item) => (
            <Entry key={item.id} item={item} onDone={close} />
          ))}
        </div>
      )}
    </div>
  );
}

function Entry({ item: { label, detail, on, separated, run }, onDone }: { item: MenuItem; onDone: () => void }) {
  return (
    <button
      type="button"
      className={`menu-item ${separated ? "menu-item-separated" : ""}`}
      role={on === undefined ? "menuitem" : "menuitemcheckbox"}
      aria-checked={on}
      tabIndex={-1}
      onClick={() => {
        run();
        if (on === undefined) onDone();
      }}
    >
      {on !== undefined && <span className="menu-check">{on && <Icon name="check" size={13} />}</span>}
      <span>
        {label}
        {detail !== undefined && <span className="menu-detail">{detail}</span>}
      </span>
    </button>
  );
}

function target(
  key: string,
  at: number,
  entries: readonly HTMLElement[],
  items: readonly MenuItem[],
): number | undefined {
  if (key === "ArrowDown") return (at + 1) % entries.length;
  if (key === "ArrowUp") return (at + entries.length - 1) % entries.length;
  if (key === "Home") return 0;
  if (key === "End") return entries.length - 1;
  if (key.length !== 1 || key === " ") return undefined;
  const starts = (index: number) => items[index]!.label.toLowerCase().startsWith(key.toLowerCase());
  const order = items.map((_, index) => (at + 1 + index) % items.length);
  return order.find(starts);
}
