import { useDeferredValue, useMemo, useState } from "react";
import { formatExact, formatNumberOf } from "../../view/format.js";
import { safeLine } from "../../view/safe-text.js";
import type { JsonChange } from "../../view/json-diff.js";
import type { DiffSnapshot } from "../../view/session-view-types.js";
import { Button, IconButton } from "../shared/button.js";
import { Icon } from "../shared/icon.js";
import { JsonLine } from "../shared/json-tokens.js";
import { JsonTree } from "../shared/json-tree.js";
import { useSession, useSessionView } from "./session-context.js";
import "./state-pane.css";

/** The whole state as a tree, as of the moment that is shown; or what changed between two moments. */
export function StatePane() {
  const view = useSessionView();
  const state = useSession((snapshot) => snapshot.moment.state);
  const mark = useSession((snapshot) => snapshot.mark);
  const diff = useSession((snapshot) => snapshot.diff);
  const head = useSession((snapshot) => snapshot.moment.seq ?? snapshot.head);
  const error = useSession((snapshot) => snapshot.moment.error);
  const [search, setSearch] = useState("");
  const wanted = useDeferredValue(search);
  const shown = useDeferredValue(state);
  return (
    <div className="state-pane">
      <div className="state-pane-bar">
        <span className="state-pane-search">
          <Icon name="search" size={13} />
          <input
            type="search"
            placeholder="Find in the state"
            aria-label="Find in the state"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
        </span>
        {diff ? (
          <Button size="sm" icon="close" onClick={() => view.clearDiff()}>
            Close comparison
          </Button>
        ) : mark === null ? (
          <Button
            size="sm"
            title="Marks this moment; go to another one and compare (d)"
            onClick={() => view.markMoment()}
          >
            Mark #{formatExact(head)}
          </Button>
        ) : (
          <>
            <Button size="sm" kind="primary" disabled={mark === head} onClick={() => view.markMoment()}>
              Compare #{formatExact(mark)} with #{formatExact(head)}
            </Button>
            <IconButton size="sm" icon="close" label="Take the mark away" onClick={() => view.clearDiff()} />
          </>
        )}
      </div>
      {error && (
        <p className="state-pane-error" role="alert">
          {error.message}
        </p>
      )}
      {diff ? (
        <Differences diff={diff} search={wanted} />
      ) : (
        shown && <JsonTree label="State" value={shown} search={wanted} depth={2} />
      )}
    </div>
  );
}

const words = { added: "added", removed: "removed", changed: "changed" } as const;
const most = 500;

function Differences({ diff, search }: { diff: DiffSnapshot; search: string }) {
  const { changes, from, to, loading, error } = diff;
  const shown = useMemo(() => matching(changes, search), [changes, search]);
  if (error)
    return (
      <p className="state-pane-error" role="alert">
        {error.message}
      </p>
    );
  return (
    <div className="session-pane" tabIndex={0} role="region" aria-label="What changed">
      <p className="state-pane-about">
        {loading ? "Comparing…" : changes.length === 0 ? "Nothing changed" : formatNumberOf(changes.length, "change")}{" "}
        from #{formatExact(from)} to #{formatExact(to)}
      </p>
      <ul className="changes">
        {shown.slice(0, most).map((change, index) => (
          <li key={index} className={`changes-${change.kind}`}>
            <p className="changes-path mono">
              <span className="visually-hidden">{words[change.kind]}: </span>
              {change.path.map((part) => safeLine(String(part))).join(" › ")}
            </p>
            {change.before !== undefined && (
              <p className="changes-before">
                <span aria-hidden="true">− </span>
                <JsonLine value={change.before} length={600} />
              </p>
            )}
            {change.after !== undefined && (
              <p className="changes-after">
                <span aria-hidden="true">+ </span>
                <JsonLine value={change.after} length={600} />
              </p>
            )}
          </li>
        ))}
      </ul>
      {shown.length > most && <p className="faint">{formatNumberOf(shown.length - most, "more change")}.</p>}
    </div>
  );
}

function matching(changes: readonly JsonChange[], search: string): readonly JsonChange[] {
  const needle = search.toLowerCase();
  if (needle === "") return changes;
  return changes.filter(({ path, before, after }) =>
    `${path.join(" ")} ${JSON.stringify([before, after])}`.toLowerCase().includes(needle),
  );
}
