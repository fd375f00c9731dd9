import { memo, useMemo, useState } from "react";
import { ansiLines, type AnsiSpan } from "../../../view/ansi.js";
import { formatNumberOf } from "../../../view/format.js";
import { Button } from "../../shared/button.js";
import "./output.css";

const few = 40;
const most = 2_000;

interface OutputProps {
  text: string;
  tone?: "out" | "error";
  /** Of a file: the number of its first line. */
  firstLine?: number;
  label: string;
}

/** What a command wrote, or a file holds: colours are obeyed, every other escape sequence is shown. */
export const Output = memo(function Output({ text, tone = "out", firstLine, label }: OutputProps) {
  const [open, setOpen] = useState(false);
  const trimmed = useMemo(() => text.replace(/\n+$/, ""), [text]);
  const total = useMemo(() => countLines(trimmed), [trimmed]);
  const shown = Math.min(total, open ? most : few);
  const lines = useMemo(() => ansiLines(trimmed, shown), [trimmed, shown]);
  if (trimmed === "") return <p className="faint">{label}: empty</p>;
  return (
    <div className={`output output-${tone}`}>
      <pre className="output-text" tabIndex={0} aria-label={label}>
        {lines.map((spans, index) => (
          <div key={index} className="output-line">
            {firstLine !== undefined && <span className="output-number">{firstLine + index}</span>}
            <span>{spans.length === 0 ? " " : spans.map((span, part) => <Piece key={part} span={span} />)}</span>
          </div>
        ))}
      </pre>
      {total > few && (
        <Button kind="quiet" size="sm" className="output-more" aria-expanded={open} onClick={() => setOpen(!open)}>
          {open ? "Show less" : `Show ${formatNumberOf(Math.min(total, most) - few, "more line")}`}
        </Button>
      )}
      {open && total > most && (
        <p className="faint">{formatNumberOf(total - most, "line")} not shown. The raw event has all.</p>
      )}
    </div>
  );
});

function countLines(text: string): number {
  let count = 1;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) count += 1;
  return count;
}

const emphases = ["bold", "faint", "italic", "underline", "strike", "inverse"] as const;

function Piece({ span: { text, style } }: { span: AnsiSpan }) {
  const { color, ground } = style;
  const classes = emphases.filter((name) => style[name]).map((name) => `ansi-${name}`);
  if (typeof color === "number") classes.push(`ansi-${color}`);
  if (typeof ground === "number") classes.push(`ansi-on-${ground}`);
  if (classes.length === 0 && color === undefined && ground === undefined) return text;
  return (
    <span className={classes.join(" ")} style={{ color: own(color), backgroundColor: own(ground) }}>
      {text}
    </span>
  );
}

/** A colour of the output's own; those of the 16 are the theme's. */
function own(color: number | string | undefined): string | undefined {
  return typeof color === "string" ? color : undefined;
}
