import { useState } from "react";
import type { UsageReport, UsageRow } from "../../core/reports.js";
import { formatCost, formatCount, formatExact, formatNumberOf } from "../../view/format.js";
import type { OverviewSnapshot } from "../../view/overview-view.js";
import { safeLine } from "../../view/safe-text.js";
import { Link } from "../shared/link.js";
import { Segmented } from "../shared/segmented.js";
import { dayWords } from "../shared/words.js";
import { BarChart } from "./bar-chart.js";

interface SpendingProps {
  snapshot: OverviewSnapshot & { usage: UsageReport };
}

const figures = [
  { id: "cost", label: "Cost" },
  { id: "tokens", label: "Tokens" },
] as const;

/** What was spent: day by day, and by whom and what. */
export function Spending({ snapshot }: SpendingProps) {
  const { usage, daily, days } = snapshot;
  const [what, setWhat] = useState<"cost" | "tokens">("cost");
  const format = what === "cost" ? formatCost : formatCount;
  return (
    <>
      <section className="overview-card overview-card-wide" aria-label="Spent by day">
        <div className="overview-card-head">
          <h2>{what === "cost" ? "Cost" : "Tokens"} by day</h2>
          <span className="overview-sum">
            {formatCost(usage.total.cost)} · {formatCount(usage.total.tokens)} tokens ·{" "}
            {formatNumberOf(usage.total.calls, "model call")}
          </span>
          <Segmented label="Figure" choices={figures} chosen={what} onChoose={setWhat} />
        </div>
        <BarChart
          label={`${what === "cost" ? "Cost" : "Tokens"} by day`}
          bars={daily.map((day) => ({ label: dayWords(day.day), value: day[what] }))}
          format={format}
        />
        <p className="overview-note">
          Days in UTC. {usage.complete ? "All" : "The newest"} {formatExact(usage.sessions)} sessions that were active
          in the last {days} days.
        </p>
      </section>
      <Ranking title="Users" rows={usage.users} none="no user" filter="user" />
      <Ranking title="Models" rows={usage.models} none="unknown" />
    </>
  );
}

interface RankingProps {
  title: string;
  rows: readonly UsageRow[];
  /** What stands for an empty key. */
  none: string;
  /** Rows lead to the sessions that this parameter chooses. */
  filter?: string;
}

const shownAtMost = 8;

function Ranking({ title, rows, none, filter }: RankingProps) {
  const most = Math.max(...rows.map(({ cost }) => cost), 0);
  return (
    <section className="overview-card" aria-label={title}>
      <h2>{title}</h2>
      {rows.length === 0 && <p className="overview-note">Nothing was spent.</p>}
      <table className="overview-table">
        <thead>
          <tr>
            <th scope="col">{title.slice(0, -1)}</th>
            <th scope="col">Sessions</th>
            <th scope="col">Tokens</th>
            <th scope="col">Cost</th>
          </tr>
        </thead>
        <tbody>
          {rows.slice(0, shownAtMost).map((row) => (
            <tr key={row.key}>
              <th scope="row">
                <span className="overview-share" style={{ width: `${most === 0 ? 0 : (row.cost / most) * 100}%` }} />
                <Key row={row} none={none} filter={filter} />
              </th>
              <td>{formatExact(row.sessions)}</td>
              <td>{formatCount(row.tokens)}</td>
              <td>{formatCost(row.cost)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Key({ row: { key }, none, filter }: { row: UsageRow } & Pick<RankingProps, "none" | "filter">) {
  if (key === "") return <span className="faint">{none}</span>;
  if (filter === undefined || key === "(other)") return <span>{safeLine(key)}</span>;
  return (
    <Link to={{ page: "sessions" }} params={{ [filter]: key }}>
      {safeLine(key)}
    </Link>
  );
}
