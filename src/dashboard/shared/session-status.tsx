import type { Condition } from "../../view/row-words.js";
import "./session-status.css";
import { Badge, StatusDot, type Tone } from "./badge.js";

const conditionTones: Record<Condition, Tone> = {
  waiting: "wait",
  running: "ok",
  idle: "neutral",
  quiet: "neutral",
  lost: "error",
  failed: "error",
  cancelled: "neutral",
  completed: "info",
};

export function SessionStatusBadge({ condition }: { condition: Condition }) {
  const tone = conditionTones[condition];
  return (
    <Badge tone={tone}>
      <StatusDot tone={tone} busy={condition === "running" || condition === "waiting"} />
      {condition}
    </Badge>
  );
}

/** The same without a frame, for rows of many. */
export function SessionStatusText({ condition }: { condition: Condition }) {
  return (
    <span className={`status-text status-text-${condition}`}>
      <StatusDot tone={conditionTones[condition]} busy={condition === "running" || condition === "waiting"} />
      {condition}
    </span>
  );
}
