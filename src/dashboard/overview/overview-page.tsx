import { useEffect } from "react";
import { createOverview, type OverviewSnapshot, type OverviewView } from "../../view/overview-view.js";
import { useView } from "../../view/use-view.js";
import { useParam } from "../router.js";
import { PageHeader } from "../shared/page-header.js";
import { Segmented } from "../shared/segmented.js";
import { useOwnView, useServices } from "../shared/services.js";
import { ErrorState, LoadingState } from "../shared/states.js";
import { Now } from "./now.js";
import { Spending } from "./spending.js";
import { Tools } from "./tools.js";
import "./overview-page.css";

const periods = [7, 14, 30, 90];
const usualPeriod = 14;

/** How all sessions do: how many, what they cost, how their tools fare, and whether the server is well. */
export function OverviewPage() {
  const { client, clock } = useServices();
  const [given, setDays] = useParam("days");
  const days = periods.find((each) => String(each) === given) ?? usualPeriod;
  const view = useOwnView(() => createOverview({ source: client, clock, days }));
  useEffect(() => view?.setDays(days), [view, days]);
  return (
    <main className="shell-main" id="main">
      <PageHeader
        title="Overview"
        actions={
          <Segmented
            label="Period"
            choices={periods.map((id) => ({ id, label: `${id} days` }))}
            chosen={days}
            onChoose={(id) => setDays(id === usualPeriod ? null : String(id))}
          />
        }
      />
      <div className="overview" tabIndex={0} role="region" aria-label="Figures">
        <Now />
        {view && <Figures view={view} />}
      </div>
    </main>
  );
}

function Figures({ view }: { view: OverviewView }) {
  const snapshot = useView(view);
  const { usage, tools, error } = snapshot;
  if (usage === null || tools === null) {
    return error ? <ErrorState error={error} onRetry={() => view.refresh()} /> : <LoadingState label="Adding up…" />;
  }
  return (
    <>
      <Spending snapshot={snapshot as OverviewSnapshot & { usage: NonNullable<OverviewSnapshot["usage"]> }} />
      <Tools report={tools} now={snapshot.now} />
    </>
  );
}
