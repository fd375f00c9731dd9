import { useReducer, useState } from "react";
import { useNow } from "../hooks/use-now.js";
import { usePaced } from "../hooks/use-paced.js";
import { useServices } from "../hooks/use-services.js";
import { useSession } from "../hooks/use-session.js";
import { useSize } from "../hooks/use-size.js";
import { useUi } from "../hooks/use-ui.js";
import { Overlays } from "../overlays/Overlays.js";
import { createFeedScroll } from "./feed-scroll.js";
import { sessionParts } from "./session-parts.js";
import { SessionBody } from "./SessionBody.js";
import { typeMenu } from "./type-menu.js";
import { useSessionKeys } from "./use-session-keys.js";

/** One session, live, with its whole log within reach. */
export function SessionScreen({ sessionId }: { sessionId: string }) {
  const { source } = useServices();
  const ui = useUi();
  const { columns, rows } = useSize();
  const view = useSession(sessionId);
  const snapshot = usePaced(view);
  const now = useNow();
  const [scroll] = useState(createFeedScroll);
  const [, redraw] = useReducer((count: number) => count + 1, 0);
  const parts = sessionParts({ snapshot, ui, now, place: source.place, width: columns, height: rows });
  useSessionKeys(view, scroll, parts.page, redraw);
  const { overlay } = ui;
  return (
    <>
      <SessionBody
        view={view}
        snapshot={snapshot}
        ui={ui}
        scroll={scroll}
        parts={parts}
        now={now}
        width={columns}
        height={rows}
      />
      <Overlays
        overlay={overlay}
        screen="session"
        menu={overlay?.kind === "menu" ? typeMenu(snapshot.feed.filter) : []}
        columns={columns}
        lines={rows}
      />
    </>
  );
}
