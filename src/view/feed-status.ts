import type { SessionEvent } from "../core/event.js";
import type { FeedItem, FeedKind, ItemStatus } from "./feed-types.js";
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

/** As it was measured, else between the two timestamps; a correction changes nothing of when it was over. */
export function durationOf(
  begin: SessionEvent | null,
  end: SessionEvent,
  corrected?: SessionEvent | null,
): number | null {
  const measured = end.data["durationMs"];
  if (typeof measured === "number" && measured >= 0) return measured;
  if (corrected && corrected.data["presumed"] !== true) return durationOf(begin, corrected);
  const span = begin ? timeOf(end) - timeOf(begin) : Number.NaN;
  return span >= 0 ? span : null;
}

/** Two reports of one end that cannot both be true. */
export function contradicts({ data: before }: SessionEvent, { data: after }: SessionEvent): boolean {
  return ["status", "result"].some(
    (key) => key in before && key in after && JSON.stringify(before[key]) !== JSON.stringify(after[key]),
  );
}

/** A change of metadata is small print, unless the session was reopened or ended otherwise than was told. */
export function metadataItem({ data }: SessionEvent): [kind: FeedKind, more: Pick<FeedItem, "minor">] {
  const minor = textOf(data["status"]) === null;
  return [minor ? "metadata" : "session", { minor }];
}
