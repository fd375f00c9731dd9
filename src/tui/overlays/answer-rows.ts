import type { ApprovalsSnapshot } from "../../view/approvals-view.js";
import { formatDuration } from "../../view/format.js";
import { brief } from "../../view/safe-text.js";
import type { PendingApproval } from "../../view/source.js";
import { span, type Line } from "../text/line.js";
import type { Row } from "../text/row.js";
import { wrap } from "../text/cells.js";
import { jsonRows } from "../session/json-rows.js";

/** What an agent asks for, whole: nobody should allow what they have not seen. */
export function answerRows(
  request: PendingApproval | undefined,
  snapshot: ApprovalsSnapshot,
  width: number,
  now: number,
): Row[] {
  if (!request) return unanswerable(snapshot, width);
  const { tool, input, message, expiresAt } = request;
  const left = Date.parse(expiresAt) - now;
  const lines: Line[] = [
    [span(brief(tool, 200), "wait")],
    ...(message === "" ? [] : wrap(brief(message, 2_000), width).map((part): Line => [span(part)])),
    [],
    ...jsonRows(input, width),
    ...(left > 0 ? [[] as Line, [span(`The agent waits ${formatDuration(left)} more.`, "muted")] as Line] : []),
  ];
  return lines.map((line) => ({ line }));
}

function unanswerable({ available, error }: ApprovalsSnapshot, width: number): Row[] {
  const text = error
    ? error.message
    : available
      ? "Nothing of this session waits on the server. What waits in the agent's own terminal is answered there."
      : "Requests cannot be answered from here: answer where the agent runs. A server that takes part in permissions is one whose agents are connected with remote approval.";
  return wrap(text, width).map((part) => ({ line: [span(part, error ? "bad" : "muted")] }));
}
