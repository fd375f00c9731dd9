import { useState } from "react";
import { formatNumberOf } from "../../../view/format.js";
import type { PatchLine } from "../../../view/item-parts-types.js";
import { patchSize } from "../../../view/patch-lines.js";
import { safeLine } from "../../../view/safe-text.js";
import { Button } from "../../shared/button.js";
import { Icon } from "../../shared/icon.js";
import "./patch.css";

const few = 60;
const most = 3_000;
const words = { "+": "added", "-": "removed", " ": "", "@": "" } as const;
const classes = { "+": "patch-added", "-": "patch-removed", " ": "", "@": "patch-place" } as const;

/** Lines that were added and removed. */
export function Patch({ path, lines }: { path: string; lines: readonly PatchLine[] }) {
  const [open, setOpen] = useState(false);
  const { added, removed } = patchSize(lines);
  const shown = lines.slice(0, open ? most : few);
  return (
    <figure className="patch">
      <figcaption className="patch-head">
        <Icon name="file" size={13} />
        <span className="mono truncate">{safeLine(path)}</span>
        <span className="patch-size">
          {added > 0 && <span className="patch-plus">+{added}</span>}
          {removed > 0 && <span className="patch-minus">−{removed}</span>}
        </span>
      </figcaption>
      <div className="patch-lines" tabIndex={0} role="region" aria-label={`Changes of ${safeLine(path)}`}>
        {shown.map((line, index) => (
          <Line key={index} line={line} />
        ))}
      </div>
      {lines.length > few && (
        <Button kind="quiet" size="sm" className="patch-more" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? "Show less" : `Show ${formatNumberOf(Math.min(most, lines.length) - few, "more line")}`}
        </Button>
      )}
    </figure>
  );
}

function Line({ line: { sign, text, before, after } }: { line: PatchLine }) {
  return (
    <div className={`patch-line ${classes[sign]}`}>
      <span className="patch-number" aria-hidden="true">
        {before ?? ""}
      </span>
      <span className="patch-number" aria-hidden="true">
        {after ?? ""}
      </span>
      <span className="patch-sign" aria-hidden="true">
        {sign === "@" ? "" : sign === "-" ? "−" : sign}
      </span>
      {words[sign] !== "" && <span className="visually-hidden">{words[sign]}: </span>}
      <span className="patch-text">{safeLine(text.replaceAll("\t", "    ").replace(/\r$/, ""))}</span>
    </div>
  );
}
