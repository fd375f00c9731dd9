import { useEffect } from "react";
import { useNow } from "../hooks/use-now.js";
import { usePaced } from "../hooks/use-paced.js";
import { useServices } from "../hooks/use-services.js";
import { useSessionList } from "../hooks/use-session-list.js";
import { useSize } from "../hooks/use-size.js";
import { useUi } from "../hooks/use-ui.js";
import { Overlays } from "../overlays/Overlays.js";
import { listMenu } from "./list-menus.js";
import { listChrome, ListView } from "./ListView.js";
import { useListKeys } from "./use-list-keys.js";

/** The list of all sessions, live. */
export function ListScreen() {
  const { source, advice } = useServices();
  const ui = useUi();
  const { columns, rows } = useSize();
  const view = useSessionList(ui.list);
  const snapshot = usePaced(view);
  const now = useNow();
  const page = Math.max(1, rows - listChrome);
  useListKeys(view, page);
  useEffect(() => view.setWindow(view.getSnapshot().offset, page), [view, page]);
  const nothingSelected = snapshot.selectedIndex < 0 && snapshot.count > 0;
  useEffect(() => {
    if (nothingSelected) view.moveSelection(-Infinity);
  }, [view, nothingSelected]);
  const { overlay } = ui;
  const typing = overlay?.kind === "prompt" ? overlay.text : null;
  return (
    <>
      <ListView
        snapshot={snapshot}
        now={now}
        place={source.place}
        advice={advice}
        typing={typing}
        notice={ui.notice}
        width={columns}
        height={rows}
      />
      <Overlays
        overlay={overlay}
        screen="list"
        menu={overlay?.kind === "menu" ? listMenu(overlay.purpose, snapshot) : []}
        columns={columns}
        lines={rows}
      />
    </>
  );
}
