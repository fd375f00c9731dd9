import type { ReactNode } from "react";
import type { Health } from "../../client/types.js";
import { formatBytes, formatCount, formatExact, formatNumberOf, formatShare } from "../../view/format.js";
import { useView } from "../../view/use-view.js";
import type { Params } from "../router.js";
import { Link } from "../shared/link.js";
import { useServices } from "../shared/services.js";
import { Sparkline } from "../shared/sparkline.js";
import { durationWords } from "../shared/words.js";

/** Live figures, each leading to the sessions behind it. */
export function Now() {
  const { sessions } = useServices();
  const { totals, health } = useView(sessions);
  const { stats, waiting, rate, eventsPerSecond } = totals;
  const count = (which: "active" | "failed" | "total") => formatExact(stats?.[which] ?? Number.NaN);
  return (
    <section className="overview-tiles" aria-label="Now">
      <Tile title="Active" value={count("active")} params={{ status: "active" }} />
      <Tile title="Waiting" value={formatExact(waiting)} params={{ waiting: 1 }} tone={waiting > 0 ? "wait" : ""} />
      <Tile
        title="Failed"
        value={count("failed")}
        params={{ status: "failed" }}
        tone={stats && stats.failed > 0 ? "error" : ""}
      />
      <Tile title="All sessions" value={count("total")} params={{}}>
        {stats && `${formatCount(stats.events)} events`}
      </Tile>
      <div className="overview-tile">
        <h2>Events a second</h2>
        <p className="overview-value">{formatCount(Math.round(eventsPerSecond * 10) / 10)}</p>
        <div className="overview-note">
          <Sparkline values={rate} />
        </div>
      </div>
      <Server health={health} />
    </section>
  );
}

function Server({ health }: { health: Health | null }) {
  const ok = health?.writable !== false;
  return (
    <div className={`overview-tile ${ok ? "" : "overview-tile-error"}`}>
      <h2>Server</h2>
      <p className="overview-value">{health === null ? "–" : ok ? "Healthy" : "Read-only"}</p>
      {health === null ? <p className="overview-note">does not answer</p> : <HealthNotes health={health} />}
    </div>
  );
}

function HealthNotes({ health: { reason, disk, uptime, websocket, version } }: { health: Health }) {
  if (reason !== null) return <p className="overview-note">{reason}</p>;
  return (
    <>
      {disk !== null && (
        <p className="overview-note">
          {formatBytes(disk.free)} free ({formatShare(disk.free, disk.size)})
        </p>
      )}
      <p className="overview-note" title={`Version ${version}`}>
        up {durationWords(uptime * 1_000)} · {formatNumberOf(websocket.totalConnections, "viewer")}
      </p>
    </>
  );
}

interface TileProps {
  title: string;
  value: string;
  params: Params;
  tone?: "" | "wait" | "error";
  children?: ReactNode;
}

function Tile({ title, value, params, tone = "", children }: TileProps) {
  return (
    <Link className={`overview-tile ${tone && `overview-tile-${tone}`}`} to={{ page: "sessions" }} params={params}>
      <h2>{title}</h2>
      <p className="overview-value">{value}</p>
      {children && <p className="overview-note">{children}</p>}
    </Link>
  );
}
