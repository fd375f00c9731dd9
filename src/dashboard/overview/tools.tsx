import type { ToolReport, ToolRow } from "../../core/reports.js";
import { formatExact, formatNumberOf, formatShare } from "../../view/format.js";
import { brief } from "../../view/safe-text.js";
import { Link } from "../shared/link.js";
import { SessionLabel } from "../shared/session-label.js";
import { durationWords } from "../shared/words.js";
import { RelativeTime } from "../shared/relative-time.js";

const shownAtMost = 12;

/** How long tools took, how often they failed, and what they said when they did. */
export function Tools({ report, now }: { report: ToolReport; now: number }) {
  const { tools, failures, sessions, results } = report;
  return (
    <>
      <section className="overview-card" aria-label="Slowest tools">
        <h2>Slowest tools</h2>
        {tools.length === 0 && <p className="overview-note">No tool has run yet.</p>}
        {tools.length > 0 && (
          <table className="overview-table">
            <thead>
              <tr>
                <th scope="col">Tool</th>
                <th scope="col">Calls</th>
                <th scope="col">Median</th>
                <th scope="col">95th</th>
                <th scope="col">Failed</th>
              </tr>
            </thead>
            <tbody>
              {tools.slice(0, shownAtMost).map((tool) => (
                <Tool key={tool.tool} tool={tool} />
              ))}
            </tbody>
          </table>
        )}
        <p className="overview-note">
          The newest {formatNumberOf(results, "result")} of {formatNumberOf(sessions, "session")}.
        </p>
      </section>
      <section className="overview-card" aria-label="Newest failures">
        <h2>Newest failures</h2>
        {failures.length === 0 && <p className="overview-note">No tool failed lately.</p>}
        <ul className="overview-failures">
          {failures.map(({ sessionId, seq, timestamp, tool, message }) => (
            <li key={`${sessionId}/${seq}`}>
              <Link to={{ page: "session", sessionId }} params={{ event: seq }} className="overview-failure">
                <span className="overview-failure-head">
                  <strong className="truncate">{brief(tool, 60) || "a tool"}</strong>
                  <span className="truncate faint">
                    <SessionLabel sessionId={sessionId} />
                  </span>
                  <span className="overview-failure-age">
                    <RelativeTime at={Date.parse(timestamp)} now={now} />
                  </span>
                </span>
                <span className="truncate overview-failure-text">{brief(message, 200)}</span>
              </Link>
            </li>
          ))}
        </ul>
      </section>
    </>
  );
}

function Tool({ tool: { tool, calls, failed, denied, medianMs, p95Ms, longestMs } }: { tool: ToolRow }) {
  const title =
    denied > 0 ? `${formatNumberOf(failed, "call")} failed, ${denied} denied` : formatNumberOf(failed, "call");
  return (
    <tr>
      <th scope="row">{brief(tool, 60) || <span className="faint">unnamed</span>}</th>
      <td>{formatExact(calls)}</td>
      <td>{durationWords(medianMs)}</td>
      <td title={`The longest: ${durationWords(longestMs)}`}>{durationWords(p95Ms)}</td>
      <td title={title} className={failed > 0 ? "overview-bad" : "faint"}>
        {failed === 0 ? "–" : formatShare(failed, calls)}
      </td>
    </tr>
  );
}
