import { useState } from "react";
import { brief, safeLine } from "../../view/safe-text.js";
import type { ApprovalDecision, PendingApproval } from "../../view/source.js";
import { commandOf } from "../../view/tool-input.js";
import { isJsonObject, type JsonValue } from "../../core/json.js";
import { useView } from "../../view/use-view.js";
import { Button } from "./button.js";
import { Icon } from "./icon.js";
import { JsonBlock } from "./json-tokens.js";
import { Link } from "./link.js";
import { useServices } from "./services.js";
import { SessionLabel } from "./session-label.js";
import { durationWords } from "./words.js";
import "./approval-card.css";

interface ApprovalCardProps {
  approval: PendingApproval;
  /** Epoch milliseconds, from the view's snapshot. */
  now: number;
  /** Names the session, and leads to it. */
  withSession?: boolean;
}

/** A permission request that an agent waits with: what it wants to run, in full, and the answer to it. */
export function ApprovalCard({ approval, now, withSession = false }: ApprovalCardProps) {
  const { sessionId, tool, message, input, expiresAt } = approval;
  const name = brief(tool, 80) || "a tool";
  // What the agent says it is for tells more than that it asks.
  const purpose = isJsonObject(input) && typeof input["description"] === "string" ? input["description"] : message;
  return (
    <section className="approval-card" aria-label={`Permission for ${name} in ${sessionId}`}>
      <div className="approval-card-head">
        <Icon name="alert" size={15} />
        <span className="approval-card-title">
          Allow <strong>{name}</strong>?
        </span>
        {withSession && (
          <Link className="approval-card-session truncate" to={{ page: "session", sessionId }}>
            <SessionLabel sessionId={sessionId} />
          </Link>
        )}
        <span className="approval-card-time">{durationWords(Math.max(0, Date.parse(expiresAt) - now))} left</span>
      </div>
      {purpose !== "" && <p className="approval-card-message">{brief(purpose, 1_000)}</p>}
      <AskedInput input={input} />
      <Answer approval={approval} name={name} />
    </section>
  );
}

/** What would be done, in full. */
export function AskedInput({ input }: { input: JsonValue }) {
  const command = isJsonObject(input) ? commandOf(input) : null;
  const rest = command === null ? input : withoutCommand(input);
  return (
    <div className="approval-card-input">
      {command !== null && (
        <pre className="approval-card-command" tabIndex={0}>
          {command.split("\n").map(safeLine).join("\n")}
        </pre>
      )}
      {isFlat(rest) ? <Fields fields={rest} /> : rest !== null && <JsonBlock value={rest} />}
    </div>
  );
}

const longestField = 300;

/** A few short values read better as words than as JSON. */
function isFlat(value: JsonValue): value is Record<string, string | number | boolean> {
  if (!isJsonObject(value)) return false;
  const values = Object.values(value);
  const isShort = (each: JsonValue) => each !== null && typeof each !== "object" && String(each).length < longestField;
  return values.length > 0 && values.length <= 6 && values.every(isShort);
}

function Fields({ fields }: { fields: Record<string, string | number | boolean> }) {
  return (
    <dl className="approval-card-fields">
      {Object.entries(fields).map(([name, value]) => (
        <div key={name}>
          <dt>{safeLine(name)}</dt>
          <dd>{safeLine(String(value))}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What stands in the input besides the command; null where nothing does. */
function withoutCommand(input: JsonValue): JsonValue {
  if (!isJsonObject(input)) return null;
  const { command: _command, cmd: _cmd, description, ...others } = input;
  // Said above.
  const rest = typeof description === "string" || description === undefined ? others : { description, ...others };
  return Object.keys(rest).length === 0 ? null : rest;
}

function Answer({ approval, name }: { approval: PendingApproval; name: string }) {
  const { approvals, toasts } = useServices();
  const [reason, setReason] = useState<string | null>(null);
  const { deciding } = useView(approvals);
  const busy = deciding.has(approval.approvalId);
  const decide = async (decision: ApprovalDecision["decision"]) => {
    const text = reason?.trim() ?? "";
    const error = await approvals.decide(approval.approvalId, text === "" ? { decision } : { decision, reason: text });
    if (error) toasts.show({ tone: "error", text: error.message });
    else toasts.show({ tone: "ok", text: `${decision === "allow" ? "Allowed" : "Denied"} ${name}.` });
  };
  if (reason === null) {
    return (
      <div className="approval-card-actions">
        <Button kind="allow" icon="check" disabled={busy} onClick={() => void decide("allow")}>
          Allow
        </Button>
        <Button kind="danger" icon="deny" disabled={busy} onClick={() => setReason("")}>
          Deny…
        </Button>
      </div>
    );
  }
  return (
    <form
      className="approval-card-actions"
      onSubmit={(event) => {
        event.preventDefault();
        void decide("deny");
      }}
    >
      <input
        className="approval-card-reason"
        aria-label="Reason, which the agent is told"
        placeholder="Reason, which the agent is told (may be empty)"
        maxLength={1_000}
        value={reason}
        autoFocus
        onChange={(event) => setReason(event.target.value)}
        onKeyDown={(event) => event.key === "Escape" && setReason(null)}
      />
      <Button type="submit" kind="danger" icon="deny" disabled={busy}>
        Deny
      </Button>
      <Button kind="quiet" onClick={() => setReason(null)}>
        Back
      </Button>
    </form>
  );
}
