import { formatAge } from "../../view/format.js";
import { itemParts } from "../../view/item-parts.js";
import { useView } from "../../view/use-view.js";
import { isJsonObject, type JsonValue } from "../../core/json.js";
import { commandOf } from "../../view/tool-input.js";
import { waitTitles, type Waiting } from "../../view/waiting.js";
import { brief } from "../../view/safe-text.js";
import { ApprovalCard, AskedInput } from "../shared/approval-card.js";
import { Icon } from "../shared/icon.js";
import { useServices } from "../shared/services.js";
import { useSession, useSessionView } from "./session-context.js";
import { Prose } from "./parts/prose.js";
import { ItemParts } from "./parts/item-parts.js";
import "./approval-banner.css";

/** What the session waits for: to be allowed or denied here, or answered where the agent runs. */
export function ApprovalBanner({ sessionId }: { sessionId: string }) {
  const { approvals } = useServices();
  const { pending } = useView(approvals);
  const now = useSession((snapshot) => snapshot.now);
  const mine = pending.filter((request) => request.sessionId === sessionId);
  if (mine.length === 0) return <Waits />;
  return (
    <section className="approval-banner" aria-label="Waits for your decision">
      {mine.map((request) => (
        <ApprovalCard key={request.approvalId} approval={request} now={now} />
      ))}
    </section>
  );
}

/** As the session's metadata tells it, where its log does not. */
function Asked({ waiting: { message, input } }: { waiting: Waiting }) {
  return (
    <>
      {message !== "" && message !== commandIn(input) && <Prose text={message} />}
      {input !== null && <AskedInput input={input} />}
    </>
  );
}

function commandIn(input: JsonValue): string | null {
  return isJsonObject(input) ? commandOf(input) : null;
}

/** A wait that can be answered only where the agent runs; what it asks for is shown in full all the same. */
function Waits() {
  const view = useSessionView();
  const waiting = useSession((snapshot) => snapshot.waiting);
  const now = useSession((snapshot) => Math.floor(snapshot.now / 1_000) * 1_000);
  const item = useSession((snapshot) =>
    snapshot.feed.items.findLast(({ kind, status }) => kind === "wait" && status === "running"),
  );
  if (!waiting || waiting.kind === "prompt") return null;
  return (
    <details className="waits-banner" open>
      <summary>
        <Icon name="bell" size={14} />
        <span className="waits-banner-title">{waitTitles[waiting.kind]}</span>
        {waiting.tool !== null && <strong className="truncate">{brief(waiting.tool, 60)}</strong>}
        <span className="waits-banner-age">{formatAge(waiting.since, now)}</span>
      </summary>
      <div className="waits-banner-asked">
        {item ? <ItemParts parts={itemParts(item)} /> : <Asked waiting={waiting} />}
      </div>
      <p className="waits-banner-hint">
        Answer it where the agent runs.{" "}
        {item && (
          <button type="button" className="waits-banner-link" onClick={() => view.goTo(item.seq)}>
            Show it in the feed
          </button>
        )}
      </p>
    </details>
  );
}
