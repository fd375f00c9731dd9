import { useEffect, useState } from "react";
import { createSessionList } from "../../view/session-list.js";
import type { SessionListView } from "../../view/session-list-types.js";
import type { Ui } from "../state/ui.js";
import { useServices } from "./use-services.js";

/** The list of sessions, for as long as its screen is shown; as it was left where it was shown before. */
export function useSessionList({ query, selectedId }: Ui["list"]): SessionListView {
  const { source, clock, begun } = useServices();
  const [view] = useState(() => {
    const created = begun.list() ?? createSessionList({ source, clock, query });
    if (selectedId !== null) created.select(selectedId);
    return created;
  });
  useEffect(() => () => view.close(), [view]);
  return view;
}
