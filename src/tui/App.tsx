import { useUi } from "./hooks/use-ui.js";
import { ListScreen } from "./list/ListScreen.js";
import { SessionScreen } from "./session/SessionScreen.js";

/** The dashboard: the list of all sessions, or one of them. */
export function App() {
  const { sessionId } = useUi();
  return sessionId === null ? <ListScreen /> : <SessionScreen key={sessionId} sessionId={sessionId} />;
}
