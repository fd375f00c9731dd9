import type { RefObject } from "react";
import type { FeedItem } from "../../view/feed-types.js";
import { liftOne } from "../../view/session-back.js";
import type { SessionView } from "../../view/session-view-types.js";
import { useShortcuts } from "../shell/shortcuts.js";
import type { FeedFolds } from "./feed.js";
import type { RowActions } from "./feed-row.js";
import { useSessionView } from "./session-context.js";
import type { FeedList } from "./use-feed-list.js";

interface FeedKeys {
  list: FeedList;
  root: RefObject<HTMLElement | null>;
  folds: FeedFolds;
  actions: RowActions;
}

/** The keys of the feed, the same as in the terminal. */
export function useFeedKeys(keys: FeedKeys): void {
  const view = useSessionView();
  const { actions } = keys;
  const move = (by: number) => moveBy(view, keys, by);
  const page = () => Math.max(1, pageOf(keys.list) - 1);
  const withItem = (act: (item: FeedItem) => void) => () => {
    const item = chosen(view);
    if (item) act(item);
  };
  const group = "Session";
  useShortcuts([
    { keys: "j", help: "Next item", group, run: () => move(1) },
    { keys: "ArrowDown", help: "Next item", group, run: () => move(1) },
    { keys: "k", help: "Item before", group, run: () => move(-1) },
    { keys: "ArrowUp", help: "Item before", group, run: () => move(-1) },
    { keys: "ctrl+d", help: "A page down", group, run: () => move(page()) },
    { keys: "ctrl+u", help: "A page up", group, run: () => move(-page()) },
    { keys: "g g", help: "To the first item of the log", group, run: () => view.goFirst() },
    { keys: "Home", help: "To the first item of the log", group, run: () => view.goFirst() },
    { keys: "G", help: "To the newest item, and follow", group, run: () => view.goLive() },
    { keys: "End", help: "To the newest item, and follow", group, run: () => view.goLive() },
    { keys: "Enter", help: "Open or close the item", group, run: withItem((item) => unfold(view, keys, item)) },
    { keys: "l", help: "Open the item", group, run: withItem((item) => unfold(view, keys, item, true)) },
    { keys: "h", help: "Close the item", group, run: withItem((item) => unfold(view, keys, item, false)) },
    {
      keys: "z",
      help: "Fold the turn, or show it",
      group,
      run: withItem(({ turn, key }) => actions.toggleTurn(turn ?? key)),
    },
    { keys: "r", help: "The item's events as raw JSON", group, run: withItem(({ key }) => actions.toggleRaw(key)) },
    { keys: "y", help: "Copy the item as JSON", group, run: withItem((item) => actions.copyJson(item)) },
    { keys: "Y", help: "Copy a link to the item", group, run: withItem(({ seq }) => actions.copyLink(seq)) },
    { keys: "F", help: "Follow what comes, or stay here", group, run: () => toggleFollow(view) },
    { keys: "m", help: "Show the small print too", group, run: () => toggleMinor(view) },
    { keys: "Escape", help: "Lift the filter, the search, the time travel", group, run: () => void liftOne(view) },
  ]);
}

function chosen(view: SessionView): FeedItem | undefined {
  const { items, selectedIndex } = view.getSnapshot().feed;
  return items[selectedIndex];
}

function moveBy(view: SessionView, { root }: FeedKeys, by: number): void {
  root.current?.querySelector<HTMLElement>(".feed-scroller")?.focus({ preventScroll: true });
  view.moveSelection(by);
}

/** How many items are on screen. */
function pageOf({ virtualizer }: FeedList): number {
  const { startIndex = 0, endIndex = 0 } = virtualizer.range ?? {};
  return endIndex - startIndex;
}

function unfold(view: SessionView, { folds, actions }: FeedKeys, { key }: FeedItem, on?: boolean): void {
  view.setFollow(false);
  if (folds.open.has(key) !== on) actions.toggle(key);
}

function toggleFollow(view: SessionView): void {
  if (view.getSnapshot().feed.follow) view.setFollow(false);
  else view.goLive();
}

function toggleMinor(view: SessionView): void {
  view.setFilter({ minor: !view.getSnapshot().feed.filter.minor });
}
