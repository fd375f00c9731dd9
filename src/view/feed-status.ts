import type { SessionEvent } from "../core/event.js";
import type { ItemStatus } from "./feed-types.js";
import { errorText, textOf, timeOf } from "./record.js";

const failures: ReadonlySet<ItemStatus> = new Set(["error", "denied", "rejected", "lost"]);

export function isFailure(status: ItemStatus): boolean {
  return failures.has(status);
}

const toolStatuses: ReadonlySet<string> = new Set(["ok", "error", "denied", "rejected", "interrupted", "lost"]);

export function toolStatus({ data }: SessionEvent): ItemStatus {
  const status = textOf(data["status"]);
  if (status !== null && toolStatuses.has(status)) return status as ItemStatus;
  return errorText(data["error"]) === null ? "ok" : "error";
}

export function spanStatus({ data }: SessionEvent): ItemStatus {
  const status = data["status"];
  if (status === "error" || status === "interrupted") return status;
  return errorText(data["error"]) === null ? "ok" : "error";
}

export function waitStatus({ data }: SessionEvent): ItemStatus {
  if (data["outcome"] === "denied") return "denied";
  return data["outcome"] === "gone" ? "none" : "ok";
}

/** As it was measured, else between the two timestamps. */
export function durationOf(begin: SessionEvent | null, end: SessionEvent): number | null {
  const measured = end.data["durationMs"];
  if (typeof measured === "number" && measured >= 0) return measured;
  const span = begin ? timeOf(end) - timeOf(begin) : Number.NaN;
  return span >= 0 ? span : null;
}
