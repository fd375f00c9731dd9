import { lazy, Suspense, useState } from "react";
import { formatExact } from "../../../view/format.js";
import { safeLines } from "../../../view/safe-text.js";
import { Button } from "../../shared/button.js";
import "./prose.css";

const Markdown = lazy(() => import("./markdown.js").then((module) => ({ default: module.Markdown })));

/** Longer texts are shown as they were written: nobody reads them as Markdown, and parsing them takes long. */
const longest = 20_000;
const shortLines = 24;
const shortLength = 2_200;

/** What somebody wrote, as Markdown; of a long text the beginning, and the rest when asked for. */
export function Prose({ text, whole = false }: { text: string; whole?: boolean }) {
  const [open, setOpen] = useState(whole);
  const isLong = text.length > shortLength || lineCount(text) > shortLines;
  const shown = open || !isLong ? text : beginning(text);
  return (
    <div className="prose">
      {shown.length > longest ? (
        <Plain text={shown} />
      ) : (
        <Suspense fallback={<Plain text={shown} />}>
          <Markdown text={shown} />
        </Suspense>
      )}
      {isLong && !whole && (
        <Button kind="quiet" size="sm" className="prose-more" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? "Show less" : `Show all ${formatExact(text.length)} characters`}
        </Button>
      )}
    </div>
  );
}

function Plain({ text }: { text: string }) {
  return <div className="prose-plain">{safeLines(text).join("\n")}</div>;
}

function lineCount(text: string): number {
  let count = 1;
  for (let at = text.indexOf("\n"); at !== -1 && count <= shortLines; at = text.indexOf("\n", at + 1)) count += 1;
  return count;
}

function beginning(text: string): string {
  const lines = text.slice(0, shortLength).split("\n").slice(0, shortLines);
  return `${lines
    .join("\n")
    .replace(/[\ud800-\udbff]$/, "")
    .trimEnd()} …`;
}
