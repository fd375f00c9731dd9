import { formatDuration, formatTime } from "../../view/format.js";
import type { Connection } from "../../view/connection.js";
import { useView } from "../../view/use-view.js";
import { Button } from "../shared/button.js";
import { StatusDot, type Tone } from "../shared/badge.js";
import { Icon } from "../shared/icon.js";
import { useServices } from "../shared/services.js";
import "./connection.css";

const words: Record<Connection["state"], { label: string; tone: Tone }> = {
  connecting: { label: "Connecting", tone: "neutral" },
  live: { label: "Live", tone: "ok" },
  lost: { label: "Offline", tone: "error" },
  failed: { label: "Failed", tone: "error" },
  closed: { label: "Closed", tone: "neutral" },
};

/** Whether what is shown is live. */
export function ConnectionState() {
  const { sessions } = useServices();
  const { connection } = useView(sessions);
  const { label, tone } = words[connection.state];
  return (
    <div className="connection" role="status" title={titleOf(connection)} data-state={connection.state}>
      <StatusDot tone={tone} busy={connection.state === "live"} />
      <span>{label}</span>
    </div>
  );
}

function titleOf(connection: Connection): string {
  switch (connection.state) {
    case "live":
      return `Connected since ${formatTime(connection.since)}`;
    case "lost":
      return `Lost since ${formatTime(connection.since)}`;
    case "failed":
      return connection.error.message;
    case "connecting":
    case "closed":
      return words[connection.state].label;
  }
}

/** How old what is shown is, while the server does not answer. */
export function ConnectionBanner() {
  const { sessions } = useServices();
  const { connection, now } = useView(sessions);
  if (connection.state === "failed") {
    return (
      <div className="connection-banner" role="alert">
        <Icon name="alert" size={15} />
        <span>{connection.error.message}</span>
        <Button size="sm" icon="refresh" onClick={() => location.reload()}>
          Load again
        </Button>
      </div>
    );
  }
  if (connection.state !== "lost") return null;
  const { since, retryAt } = connection;
  const age = formatDuration(Math.max(0, Math.floor((now - since) / 1_000) * 1_000)).replace("0ms", "0s");
  return (
    <div className="connection-banner" role="alert">
      <Icon name="alert" size={15} />
      <span>
        The server does not answer. What you see is {age} old
        {retryAt === null ? "; trying now…" : `; next try in ${Math.max(0, Math.ceil((retryAt - now) / 1_000))} s.`}
      </span>
    </div>
  );
}
