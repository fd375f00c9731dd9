import { useEffect, useState } from "react";
import { createSessionView } from "../../view/session-view.js";
import type { SessionView } from "../../view/session-view-types.js";
import { useServices } from "./use-services.js";

/** One session, for as long as its screen is shown. */
export function useSession(sessionId: string): SessionView {
  const { source, clock, begun } = useServices();
  const [view] = useState(() => begun.session(sessionId) ?? createSessionView({ source, clock, sessionId }));
  useEffect(() => () => view.close(), [view]);
  return view;
}
