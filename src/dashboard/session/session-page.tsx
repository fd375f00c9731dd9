import { useEffect } from "react";
import { createSessionView } from "../../view/session-view.js";
import { sessionName } from "../../view/session-title.js";
import { useView } from "../../view/use-view.js";
import type { SessionView } from "../../view/session-view-types.js";
import { Link } from "../shared/link.js";
import { useServices, useOwnView } from "../shared/services.js";
import { EmptyState, ErrorState, LoadingState } from "../shared/states.js";
import { SessionContext } from "./session-context.js";
import { SessionBody } from "./session-body.js";
import { SessionHeader } from "./session-header.js";
import { useAddress } from "./use-address.js";
import "./session-page.css";

/** More of them nobody reads, and each draws the rows anew while a session is busy. */
const framesPerSecond = 12;

/** One session: what it did and does, and how everything was at any moment of it. */
export function SessionPage({ sessionId }: { sessionId: string }) {
  const { source, clock } = useServices();
  const view = useOwnView(() => createSessionView({ source, clock, sessionId, framesPerSecond }));
  if (!view) return <main className="shell-main" id="main" />;
  return (
    <SessionContext value={view}>
      <Opened view={view} sessionId={sessionId} />
    </SessionContext>
  );
}

function Opened({ view, sessionId }: { view: SessionView; sessionId: string }) {
  const { phase, error, title: words } = useView(view);
  const { sessions } = useServices();
  const { waiting } = useView(sessions).totals;
  useAddress(view);
  useEffect(() => {
    const { name } = sessionName({ sessionId, title: words });
    document.title = `${waiting > 0 ? `(${waiting}) ` : ""}${name} · Sessions`;
  }, [sessionId, words, waiting]);
  return (
    <main className="shell-main session-page" id="main">
      {phase === "loading" && <LoadingState label="Loading the session…" />}
      {phase === "failed" && error && <ErrorState alone error={error} />}
      {phase === "missing" && <Missing sessionId={sessionId} />}
      {phase === "ready" && (
        <>
          <SessionHeader sessionId={sessionId} />
          <SessionBody sessionId={sessionId} />
        </>
      )}
    </main>
  );
}

function Missing({ sessionId }: { sessionId: string }) {
  return (
    <EmptyState alone icon="search" title={`There is no session “${sessionId}”.`}>
      <p>It may have been deleted, or not have begun yet. It opens here as soon as it begins.</p>
      <Link className="button button-plain button-md" to={{ page: "sessions" }}>
        Show all sessions
      </Link>
    </EmptyState>
  );
}
