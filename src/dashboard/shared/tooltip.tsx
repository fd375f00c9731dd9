import { useId, useState, type ReactNode } from "react";
import "./tooltip.css";

/** Words about what is inside, for the pointer and the keyboard; Escape puts them away. */
export function Tooltip({ text, children }: { text: ReactNode; children: ReactNode }) {
  const id = useId();
  const [open, setOpen] = useState(false);
  return (
    <span
      className="tooltip"
      onPointerEnter={() => setOpen(true)}
      onPointerLeave={() => setOpen(false)}
      onFocus={() => setOpen(true)}
      onBlur={() => setOpen(false)}
      onKeyDown={(event) => event.key === "Escape" && setOpen(false)}
      aria-describedby={open ? id : undefined}
    >
      {children}
      {open && (
        <span className="tooltip-text" role="tooltip" id={id}>
          {text}
        </span>
      )}
    </span>
  );
}
