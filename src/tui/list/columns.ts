import type { SessionRow } from "../../view/session-list-types.js";
import { formatAge, formatCost, formatCount } from "../../view/format.js";
import { conditionOf, phaseText, stepText, waitingText, type Condition } from "../../view/row-words.js";
import { brief } from "../../view/safe-text.js";
import { sparkline } from "../text/bars.js";
import { sessionName } from "../../view/session-title.js";
import { fit, widthOf, type Align } from "../text/cells.js";
import { span, type Line, type Span } from "../text/line.js";
import type { StyleName } from "../theme/styles.js";

export interface Column {
  id: string;
  title: string;
  width: number;
  align?: Align;
  cell(row: SessionRow, now: number, width: number): Line;
}

interface Choice extends Column {
  /** The table needs at least so many cells for this column to be worth its place. */
  from: number;
  /** Takes a share of what is left, up to so many cells. */
  grow?: number;
  /** Another share in a wide table, where the ids that programs make up have room. */
  growWide?: number;
  most?: number;
}

export interface StatusLook {
  mark: string;
  word: string;
  style: StyleName;
  /** It is over and asks for nothing: the mark alone has its colour. */
  quiet?: boolean;
}

/** What a session is doing, in a mark and a word. */
export function lookOf(condition: Condition): StatusLook {
  return looks[condition];
}

const looks: Record<Condition, StatusLook> = {
  waiting: { mark: "◆", word: "waiting", style: "wait" },
  completed: { mark: "●", word: "completed", style: "ok", quiet: true },
  failed: { mark: "✗", word: "failed", style: "bad" },
  cancelled: { mark: "–", word: "cancelled", style: "muted", quiet: true },
  lost: { mark: "?", word: "lost", style: "warn" },
  idle: { mark: "○", word: "idle", style: "muted" },
  quiet: { mark: "·", word: "quiet", style: "muted" },
  running: { mark: "◐", word: "running", style: "accent" },
};

const choices: readonly Choice[] = [
  { id: "status", title: "STATUS", width: 11, from: 0, cell: (row, now) => statusCell(row, now) },
  {
    id: "session",
    title: "SESSION",
    width: 14,
    from: 0,
    grow: 2.4,
    growWide: 3.2,
    most: 46,
    cell: (row, _now, width) => nameCell(row, width),
  },
  {
    id: "user",
    title: "USER",
    width: 9,
    from: 76,
    grow: 0.5,
    most: 9,
    cell: ({ userId }) => [span(brief(userId ?? "", 60), "muted")],
  },
  { id: "model", title: "MODEL", width: 18, from: 190, cell: ({ model }) => [span(brief(model ?? "", 60), "muted")] },
  { id: "phase", title: "PHASE", width: 13, from: 110, cell: ({ summary }) => phaseCell(summary) },
  { id: "now", title: "NOW", width: 14, from: 0, grow: 3, cell: (row) => nowCell(row) },
  {
    id: "agents",
    title: "AGENTS",
    width: 6,
    from: 128,
    align: "right",
    cell: ({ summary }) => agentsCell(summary?.agents),
  },
  { id: "goals", title: "GOALS", width: 5, from: 72, align: "right", cell: ({ summary }) => goalsCell(summary?.goals) },
  {
    id: "rate",
    title: "EVENTS/S",
    width: 10,
    from: 96,
    cell: ({ rate }) => [span(rate ? sparkline(rate, 10, 3) : "", "accent")],
  },
  {
    id: "events",
    title: "EVENTS",
    width: 6,
    from: 150,
    align: "right",
    cell: ({ events }) => figure(formatCount(events)),
  },
  {
    id: "tokens",
    title: "TOKENS",
    width: 6,
    from: 88,
    align: "right",
    cell: ({ tokens }) => figure(formatCount(tokens)),
  },
  { id: "cost", title: "COST", width: 7, from: 80, align: "right", cell: ({ cost }) => figure(formatCost(cost)) },
  {
    id: "age",
    title: "AGE",
    width: 4,
    from: 0,
    align: "right",
    cell: ({ lastEventAt }, now) => [span(formatAge(lastEventAt, now), "faint")],
  },
];

const gap = 2;
const wideFrom = 180;

/** The columns that a table of `width` cells has room for; what is left goes to those that grow. */
export function columnsFor(width: number): Column[] {
  const chosen = choices
    .filter(({ from }) => width >= from)
    .map((column) => (width >= wideFrom ? { ...column, grow: column.growWide ?? column.grow ?? 0 } : column));
  const taken = chosen.reduce((sum, column) => sum + column.width + gap, 0) - gap;
  const shares = chosen.reduce((sum, { grow = 0 }) => sum + grow, 0);
  let left = Math.max(0, width - taken);
  const each = shares === 0 ? 0 : left / shares;
  const grown = chosen.map((column) => {
    const more =
      column.id === "now" ? 0 : Math.min(left, Math.floor(each * (column.grow ?? 0)), column.most ?? Infinity);
    left -= more;
    return { ...column, width: column.width + more };
  });
  return grown.map((column) => (column.id === "now" ? { ...column, width: column.width + left } : column));
}

function statusCell(row: SessionRow, now: number): Line {
  const { mark, word, style, quiet } = lookOf(conditionOf(row, now));
  return [span(mark, style), span(` ${word}`, quiet ? "muted" : style)];
}

/** The id stands behind a title of which at least so much can be read beside it. */
const worthwhile = 20;

function nameCell(row: SessionRow, width: number): Line {
  const { name, other } = sessionName(row);
  const called = span(name, row.status === "active" ? "strong" : undefined);
  const room = width - gap - widthOf(other);
  if (other !== row.sessionId || room < worthwhile) return [called];
  return [{ ...called, text: fit(called.text, room) }, { text: " ".repeat(gap) }, span(other, "faint")];
}

/** What it waits for, or what it is at, or else what it was asked. */
function nowCell(row: SessionRow): Line {
  const { waiting, summary, tags, status, sessionId } = row;
  if (waiting) return [span(waitingText(waiting), "wait")];
  const step = stepText(summary);
  if (step !== "") return [span(step, status === "active" ? undefined : "muted")];
  const { name, other } = sessionName(row);
  if (name === sessionId && other !== "") return [span(other, "muted")];
  return [span(tags.map((tag) => brief(tag, 40)).join(" "), "faint")];
}

function phaseCell(summary: SessionRow["summary"]): Line {
  const phase = phaseText(summary);
  return phase === "" ? [span("·", "faint")] : [span(phase, "muted")];
}

function agentsCell(agents: { active: number; total: number } | undefined): Line {
  if (!agents || agents.total === 0) return [span("·", "faint")];
  return agents.active > 0
    ? [span(String(agents.active), "agent"), span(`/${agents.total}`, "faint")]
    : [span(String(agents.total), "faint")];
}

function goalsCell(goals: { done: number; total: number } | undefined): Line {
  if (!goals || goals.total === 0) return [span("·", "faint")];
  return [span(String(goals.done), goals.done === goals.total ? "ok" : undefined), span(`/${goals.total}`, "faint")];
}

function figure(text: string): Line {
  const zero = text === "0" || text === "$0";
  const piece: Span = zero ? { text: "·", style: "faint" } : span(text);
  return [piece];
}
