import { sessionStatuses, type SessionStatus } from "../../core/metadata.js";
import { defaultListQuery, sessionSorts, type SessionListQuery } from "../../view/session-list-types.js";
import type { Params } from "../router.js";

/** What the list's address says is shown. */
export interface ListAddress {
  query: SessionListQuery;
  /** What is searched for in everything that was said and done. */
  search: string;
  /** Of a search, the part that is shown: what was said and done, or the sessions whose names fit. */
  part: "events" | "sessions";
}

/** Reads the address; what it holds that makes no sense counts as absent. */
export function readAddress(params: URLSearchParams): ListAddress {
  const search = params.get("q") ?? "";
  const part = params.get("in") === "sessions" ? "sessions" : "events";
  const sort = params.get("sort") ?? "";
  const ascending = sort.startsWith("-");
  const known = sessionSorts.find((each) => each === sort.replace(/^-/, ""));
  return {
    search,
    part,
    query: {
      status: sessionStatuses.find((each) => each === params.get("status")) ?? null,
      userId: params.get("user"),
      tag: params.get("tag"),
      waiting: params.get("waiting") === "1",
      text: search !== "" && part === "sessions" ? search : "",
      sort: known ?? defaultListQuery.sort,
      descending: known === undefined || !ascending,
    },
  };
}

/** The parameters that sort by a column: the largest first, and at the second time the smallest. */
export function sortParams({ sort, descending }: SessionListQuery, by: SessionListQuery["sort"]): Params {
  const turned = sort === by && descending;
  if (by === defaultListQuery.sort && !turned) return { sort: null };
  return { sort: turned ? `-${by}` : by };
}

export const statusChoices = ["all", "active", "waiting", "completed", "failed", "cancelled"] as const;
export type StatusChoice = (typeof statusChoices)[number];

export function statusChoice({ status, waiting }: SessionListQuery): StatusChoice {
  return waiting ? "waiting" : (status ?? "all");
}

export function statusParams(choice: StatusChoice): Params {
  const status: SessionStatus | null = choice === "all" || choice === "waiting" ? null : choice;
  return { status, waiting: choice === "waiting" ? 1 : null };
}

/** Whether anything but the order is chosen. */
export function isFiltered({ status, userId, tag, waiting, text }: SessionListQuery): boolean {
  return status !== null || userId !== null || tag !== null || waiting || text !== "";
}

export const noFilters: Params = { q: null, in: null, status: null, user: null, tag: null, waiting: null };
