import { sessionStatuses, type SessionStatus } from "../../core/metadata.js";
import {
  sessionSorts,
  type SessionListSnapshot,
  type SessionListView,
  type SessionSort,
} from "../../view/session-list-types.js";
import type { MenuPurpose } from "../state/ui.js";

export interface MenuItem {
  text: string;
  /** It is what holds now. */
  on: boolean;
}

const sortWords: Record<SessionSort, string> = {
  activity: "last activity",
  created: "created",
  session: "session id",
  user: "user",
  status: "status",
  events: "events",
  tokens: "tokens",
  cost: "cost",
};

const statuses: readonly (SessionStatus | null)[] = [null, ...sessionStatuses];

/** What a menu of the list offers; the first entry lifts a filter. */
export function listMenu(purpose: MenuPurpose, { query, users }: SessionListSnapshot): MenuItem[] {
  if (purpose === "sort") return sessionSorts.map((sort) => ({ text: sortWords[sort], on: query.sort === sort }));
  if (purpose === "status")
    return statuses.map((status) => ({ text: status ?? "any status", on: query.status === status }));
  return [null, ...users].map((user) => ({ text: user ?? "any user", on: query.userId === user }));
}

/** Texts go up, figures and times go down, unless they are reversed. */
const ascending: readonly SessionSort[] = ["session", "user", "status"];

export function chooseInListMenu(view: SessionListView, purpose: MenuPurpose, index: number): void {
  const { users } = view.getSnapshot();
  if (purpose === "sort") {
    const sort = sessionSorts[index]!;
    view.setQuery({ sort, descending: !ascending.includes(sort) });
  } else if (purpose === "status") {
    view.setQuery({ status: statuses[index] ?? null });
  } else {
    view.setQuery({ userId: [null, ...users][index] ?? null });
  }
}
