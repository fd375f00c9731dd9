import { useEffect, useSyncExternalStore } from "react";
import { safeLine } from "../../view/safe-text.js";
import { sessionName } from "../../view/session-title.js";
import { useServices } from "./services.js";
import { plainWords } from "./words.js";

/** What a session is called: its title where its id says nothing, with the id to point at. */
export function SessionLabel({ sessionId }: { sessionId: string }) {
  const { titles } = useServices();
  useEffect(() => titles.want(sessionId), [titles, sessionId]);
  const title = useSyncExternalStore(titles.subscribe, () => titles.get(sessionId));
  const { name } = sessionName({ sessionId, title });
  return <span title={name === sessionId ? undefined : safeLine(sessionId)}>{plainWords(safeLine(name))}</span>;
}
