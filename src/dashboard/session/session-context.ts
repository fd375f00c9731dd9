import { createContext, use, useSyncExternalStore } from "react";
import type { SessionSnapshot, SessionView } from "../../view/session-view-types.js";

export const SessionContext = createContext<SessionView | null>(null);

export function useSessionView(): SessionView {
  const view = use(SessionContext);
  if (!view) throw new Error("There is no session above this component.");
  return view;
}

/** A part of the session's snapshot; the component renders again only when that part is another one. */
export function useSession<T>(select: (snapshot: SessionSnapshot) => T): T {
  const view = useSessionView();
  const read = () => select(view.getSnapshot());
  return useSyncExternalStore(view.subscribe, read);
}
