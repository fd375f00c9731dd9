import { Box } from "ink";
import { Rows } from "../components/Rows.js";
import { footerLine } from "../components/footer-line.js";
import type { Notice } from "../state/ui.js";
import { span, spread, type Line } from "../text/line.js";
import type { Row } from "../text/row.js";
import type { SessionListSnapshot } from "../../view/session-list-types.js";
import { columnsFor } from "./columns.js";
import { emptyRows } from "./empty-rows.js";
import { bannerLine, filterLine, listHeader, placeInList } from "./list-header.js";
import { tableRows, titleRow } from "./table-rows.js";

interface ListViewProps {
  snapshot: SessionListSnapshot;
  now: number;
  place: string;
  advice: readonly string[];
  /** What is typed into the filter; null while nobody types. */
  typing: string | null;
  notice: Notice | null;
  width: number;
  height: number;
}

/** Rows above and below the table. */
export const listChrome = 5;

/** All sessions as a table. */
export function ListView({ snapshot, now, place, advice, typing, notice, width, height }: ListViewProps) {
  const columns = columnsFor(width - 2);
  const current = { ...snapshot, now: Math.max(now, snapshot.now) };
  const banner = bannerLine(snapshot.connection, current.now);
  const tableHeight = height - listChrome;
  const empty = snapshot.rows.length === 0;
  const body = empty ? emptyRows(snapshot, place, advice, width) : tableRows(columns, current).slice(0, tableHeight);
  const third: Row = banner && !empty ? { line: banner, ground: "alert" } : { line: filterRow(current, typing, width) };
  return (
    <Box flexDirection="column" width={width} height={height}>
      <Rows rows={[...listHeader(current, place, width), third]} width={width} height={3} />
      <Rows rows={[empty ? { line: [] } : titleRow(columns, snapshot.query)]} width={width} height={1} />
      <Rows rows={body} width={width} height={tableHeight} />
      <Rows rows={[{ line: lastLine(snapshot, typing, notice, width), ground: "bar" }]} width={width} height={1} />
    </Box>
  );
}

function filterRow(snapshot: SessionListSnapshot, typing: string | null, width: number): Line {
  if (typing === null) return filterLine(snapshot, width);
  return spread([span(" / ", "key"), span(typing, "strong"), span("▏", "accent")], placeInList(snapshot), width);
}

function lastLine(snapshot: SessionListSnapshot, typing: string | null, notice: Notice | null, width: number): Line {
  if (notice) return [span(` ${notice.text}`, notice.tone)];
  if (typing !== null) return [span(" ⏎", "key"), span(" keep ", "muted"), span(" esc", "key"), span(" lift", "muted")];
  const selected = snapshot.rows[snapshot.selectedIndex - snapshot.offset];
  const waits = selected?.waiting ? ("answer" as const) : false;
  return footerLine("list", width, [waits, "open", "filterText", "filterStatus", "filterUser", "onlyWaiting", "sort"]);
}
