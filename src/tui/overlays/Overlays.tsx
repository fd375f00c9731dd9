import { Overlay as Box } from "../components/Overlay.js";
import { hints } from "../components/footer-line.js";
import { useNow } from "../hooks/use-now.js";
import { usePaced } from "../hooks/use-paced.js";
import { useServices } from "../hooks/use-services.js";
import type { Screen } from "../keys/key-table.js";
import type { MenuItem } from "../list/list-menus.js";
import type { MenuPurpose, Overlay } from "../state/ui.js";
import { span } from "../text/line.js";
import type { Row } from "../text/row.js";
import { answerRows } from "./answer-rows.js";
import { findRequest } from "./answer.js";
import { helpRows } from "./help-rows.js";

interface OverlaysProps {
  overlay: Overlay | null;
  screen: Screen;
  menu: readonly MenuItem[];
  columns: number;
  lines: number;
}

const menuTitles: Record<MenuPurpose, string> = { sort: "Sort by", status: "Status", user: "User", types: "Show" };
/** Rows of a box that are not its content. */
const chrome = 4;

/** The box that lies over a screen, if one does. */
export function Overlays({ overlay, screen, menu, columns, lines }: OverlaysProps) {
  if (overlay?.kind === "help") return <Help offset={overlay.offset} {...{ screen, columns, lines }} />;
  if (overlay?.kind === "menu") return <Menu overlay={overlay} {...{ menu, columns, lines }} />;
  if (overlay?.kind === "answer") return <Answer overlay={overlay} {...{ columns, lines }} />;
  return null;
}

function Help({ offset, screen, columns, lines }: { offset: number; screen: Screen; columns: number; lines: number }) {
  const room = lines - chrome;
  const { rows, width } = helpRows(screen, columns - 6, room);
  const from = Math.max(0, Math.min(offset, rows.length - room));
  const keys = [...(rows.length > room ? [["j k", "scroll"] as const] : []), ["esc", "close"] as const];
  const shown = rows.slice(from, from + room);
  return <Box title="Keys" rows={shown} footer={hints(keys)} width={width + 4} columns={columns} lines={lines} />;
}

interface MenuProps {
  overlay: { purpose: MenuPurpose; index: number };
  menu: readonly MenuItem[];
  columns: number;
  lines: number;
}

function Menu({ overlay: { purpose, index }, menu, columns, lines }: MenuProps) {
  const room = Math.max(1, lines - chrome - 1);
  const from = Math.max(0, Math.min(index - Math.floor(room / 2), menu.length - room));
  const rows = menu.slice(from, from + room).map(({ text, on }, place): Row => {
    const line = [span(on ? " ● " : "   ", "accent"), span(text, on ? "strong" : undefined)];
    return place + from === index ? { line, ground: "selected" } : { line };
  });
  const keys =
    purpose === "types"
      ? ([
          ["space", "switch"],
          ["⏎", "close"],
        ] as const)
      : ([
          ["⏎", "choose"],
          ["esc", "close"],
        ] as const);
  return (
    <Box title={menuTitles[purpose]} rows={rows} footer={hints(keys)} width={36} columns={columns} lines={lines} />
  );
}

interface AnswerProps {
  overlay: { sessionId: string; offset: number; reason: string | null };
  columns: number;
  lines: number;
}

function Answer({ overlay: { sessionId, offset, reason }, columns, lines }: AnswerProps) {
  const { approvals } = useServices();
  const snapshot = usePaced(approvals);
  const now = useNow();
  const width = Math.min(columns - 2, 96);
  const request = findRequest(snapshot, sessionId);
  const all = answerRows(request, snapshot, width - 4, now);
  const room = lines - chrome - 2;
  const from = Math.max(0, Math.min(offset, all.length - room));
  const answers = request
    ? ([
        ["y", "allow"],
        ["n", "deny"],
      ] as const)
    : [];
  const footer =
    reason === null
      ? hints([...answers, ["esc", "leave it"]])
      : [span("deny, because: ", "bad"), span(reason), span("▏", "accent"), span("  ⏎ send  esc back", "muted")];
  return (
    <Box
      title={`${request ? "Allow" : "Waiting"} · ${sessionId}`}
      rows={[...all.slice(from, from + room), { line: [] }]}
      footer={footer}
      width={width}
      columns={columns}
      lines={lines}
    />
  );
}
