import type { SessionListQuery, SessionListSnapshot, SessionRow, SessionSort } from "../../view/session-list-types.js";
import { fitLine, span, widthOfLine, type Line } from "../text/line.js";
import type { Row } from "../text/row.js";
import { fit } from "../text/cells.js";
import type { Column } from "./columns.js";

const sortedColumn: Partial<Record<SessionSort, string>> = {
  activity: "age",
  session: "session",
  user: "user",
  status: "status",
  events: "events",
  tokens: "tokens",
  cost: "cost",
};

/** The titles of the columns, with an arrow at the one that sorts. */
export function titleRow(columns: readonly Column[], { sort, descending }: SessionListQuery): Row {
  const arrow = descending ? "↓" : "↑";
  const cells = columns.map(({ id, title, width, align }) => {
    const sorts = sortedColumn[sort] === id;
    const text = sorts ? (title.length < width ? `${title}${arrow}` : `${title.slice(0, width - 1)}${arrow}`) : title;
    return [span(fit(text, width, align), sorts ? "accent" : "faint")];
  });
  return { line: [{ text: " " }, ...joined(cells)] };
}

export function tableRows(columns: readonly Column[], { rows, selectedId, now }: SessionListSnapshot): Row[] {
  return rows.map((row) => sessionRow(columns, row, now, row.sessionId === selectedId));
}

function sessionRow(columns: readonly Column[], row: SessionRow, now: number, selected: boolean): Row {
  const cells = columns.map((column) => aligned(column, column.cell(row, now, column.width)));
  const edge = selected ? span("▌", row.waiting ? "wait" : "accent") : { text: " " };
  const line: Line = [edge, ...joined(cells)];
  if (selected) return { line, ground: "selected" };
  return row.waiting ? { line, ground: "alert" } : { line };
}

function aligned({ width, align }: Column, line: Line): Line {
  const space = width - widthOfLine(line);
  return align === "right" && space > 0 ? [{ text: " ".repeat(space) }, ...line] : fitLine(line, width);
}

function joined(cells: readonly Line[]): Line {
  return cells.flatMap((cell, index) => (index === 0 ? cell : [{ text: "  " }, ...cell]));
}
