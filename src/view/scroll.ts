/** A window of `height` rows onto `count` rows, with one of them selected (-1 for none). */
export interface Scroll {
  offset: number;
  height: number;
  selected: number;
}

/** The scroll after the rows or the height changed: the selection stays in the rows, and in the window. */
export function keepInView({ offset, height, selected }: Scroll, count: number, margin = 0): Scroll {
  const within = count === 0 ? -1 : Math.min(selected, count - 1);
  const most = Math.max(0, count - height);
  const edge = Math.min(margin, Math.max(0, Math.floor((height - 1) / 2)));
  let top = Math.min(Math.max(0, offset), most);
  if (within >= 0) {
    if (within < top + edge) top = within - edge;
    else if (within > top + height - 1 - edge) top = within - height + 1 + edge;
  }
  return { offset: Math.min(Math.max(0, top), most), height, selected: within };
}

/** The scroll after the selection moved by rows; ±Infinity for the ends. */
export function moveScroll(scroll: Scroll, by: number, count: number, margin = 0): Scroll {
  if (count === 0) return keepInView(scroll, count, margin);
  const from = scroll.selected < 0 ? (by > 0 ? -1 : count) : scroll.selected;
  return keepInView({ ...scroll, selected: Math.min(Math.max(0, from + by), count - 1) }, count, margin);
}
