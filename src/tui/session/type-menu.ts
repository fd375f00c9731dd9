import { kindWords, toggledKinds } from "../../view/feed-kinds.js";
import { feedKinds } from "../../view/feed-types.js";
import type { FeedFilter, SessionView } from "../../view/session-view-types.js";
import type { MenuItem } from "../list/list-menus.js";

/** What the feed can show: everything, only failures, the small print, and each kind by itself. */
export function typeMenu({ kinds, errors, minor }: FeedFilter): MenuItem[] {
  return [
    { text: "everything", on: kinds === null && !errors },
    { text: "only failures", on: errors },
    { text: "small print too", on: minor },
    ...feedKinds.map((kind) => ({ text: kindWords[kind], on: kinds?.includes(kind) ?? false })),
  ];
}

export function chooseType(view: SessionView, index: number): void {
  const { filter } = view.getSnapshot().feed;
  if (index === 0) view.setFilter({ kinds: null, errors: false });
  else if (index === 1) view.setFilter({ errors: !filter.errors });
  else if (index === 2) view.setFilter({ minor: !filter.minor });
  else view.setFilter({ kinds: toggledKinds(filter.kinds, feedKinds[index - 3]!) });
}
