import { useMemo, useRef } from "react";
import { itemJson } from "../../view/item-json.js";
import { useRouter } from "../router.js";
import type { FoldChange } from "./feed.js";
import type { RowActions } from "./feed-row.js";
import { useSessionView } from "./session-context.js";
import { useCopy } from "./use-copy.js";

/** What the rows of the feed do; the same object for as long as the feed is there. */
export function useRowActions(sessionId: string, change: (change: FoldChange) => void): RowActions {
  const view = useSessionView();
  const router = useRouter();
  const copy = useRef(useCopy());
  return useMemo(
    () => ({
      select: (key) => view.select(key),
      toggle: (key) => {
        view.select(key);
        view.resolve(key);
        change({ what: "open", key });
        change({ what: "raw", key, on: false });
      },
      toggleTurn: (key) => {
        view.select(key);
        change({ what: "folded", key });
      },
      toggleRaw: (key) => {
        view.select(key);
        change({ what: "open", key, on: true });
        change({ what: "raw", key });
      },
      copyLink: (seq) => {
        const href = router.href({ page: "session", sessionId }, { event: seq });
        copy.current(new URL(href, location.href).href, `a link to event ${seq}`);
      },
      copyJson: (item) => copy.current(JSON.stringify(itemJson(item), null, 2), `event ${item.seq}`),
      travel: (seq) => view.setMoment(seq),
    }),
    [view, router, sessionId, change],
  );
}
