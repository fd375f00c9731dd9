import { useEffect, useMemo } from "react";
import { formatCount, formatExact } from "../../view/format.js";
import { useView } from "../../view/use-view.js";
import { useLocation } from "../router.js";
import { Button } from "../shared/button.js";
import { PageHeader } from "../shared/page-header.js";
import { useServices } from "../shared/services.js";
import { Sparkline } from "../shared/sparkline.js";
import { Approvals } from "./approvals.js";
import { FilterBar } from "./filter-bar.js";
import { readAddress } from "./list-query.js";
import { SearchResults } from "./search-results.js";
import { SessionTable } from "./session-table.js";
import { useCreateTestSession } from "./use-create-test-session.js";
import "./list-page.css";

/** All sessions, live, or what a search found in them. */
export function ListPage() {
  const { params } = useLocation();
  const { sessions } = useServices();
  const address = useMemo(() => readAddress(params), [params]);
  useEffect(() => sessions.setQuery(address.query), [sessions, address]);
  return (
    <main className="shell-main" id="main">
      <Header />
      <FilterBar address={address} />
      <Approvals />
      {address.search === "" ? <SessionTable /> : <SearchResults address={address} />}
    </main>
  );
}

function Header() {
  const { sessions } = useServices();
  const { stats, rate, eventsPerSecond } = useView(sessions).totals;
  const create = useCreateTestSession();
  return (
    <PageHeader
      title="Sessions"
      detail={
        <>
          {stats && (
            <span className="list-totals">
              <strong>{formatExact(stats.active)}</strong> active <span className="faint">of</span>{" "}
              {formatExact(stats.total)}
            </span>
          )}
          <span className="list-rate" title="Events a second, of all sessions">
            <Sparkline values={rate} />
            {formatCount(Math.round(eventsPerSecond * 10) / 10)}/s
          </span>
        </>
      }
      actions={
        <Button icon="sparkle" onClick={create} title="A generated session that plays for some seconds (t)">
          Create test session
        </Button>
      }
    />
  );
}
