import { emptyLayout, layoutFeed, scrollInside, type FeedLayout, type FeedRequest } from "./feed-layout.js";

/** Remembers how the feed lies on the screen, from one frame to the next. */
export interface FeedScroll {
  /** The layout for this frame. */
  arrange(request: FeedRequest): FeedLayout;
  /** Moves inside an item that is taller than the pane; false where that is not what a move means here. */
  scrollBy(by: number): boolean;
}

export function createFeedScroll(): FeedScroll {
  let layout: FeedLayout = emptyLayout;
  let height = 0;
  return {
    arrange(request) {
      height = request.height;
      layout = layoutFeed(layout, request);
      return layout;
    },
    scrollBy(by) {
      const next = scrollInside(layout, by, height);
      if (next) layout = next;
      return next !== undefined;
    },
  };
}
