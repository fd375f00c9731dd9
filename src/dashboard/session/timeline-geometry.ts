import { isBackdrop } from "../../view/timeline-lanes.js";
import type { TimelineLane, TimelineSpan, TimeRange } from "../../view/timeline-types.js";

/* Where the lanes of a timeline stand; pixels. */

const rowHeight = 13;
const lanePadding = 4;
const leastWidth = 3;
/** More lanes than a person looks through. */
const mostLanes = 200;

export interface PlacedLane {
  lane: TimelineLane;
  top: number;
  height: number;
}

export function placeLanes(lanes: readonly TimelineLane[]): { placed: PlacedLane[]; height: number } {
  let top = 0;
  const placed = lanes.slice(0, mostLanes).map((lane) => {
    const height = lane.rows * rowHeight + lanePadding * 2;
    const place = { lane, top, height };
    top += height;
    return place;
  });
  return { placed, height: top };
}

export interface Axis {
  window: TimeRange;
  width: number;
}

export function xOf(time: number, { window, width }: Axis): number {
  return ((time - window.from) / (window.to - window.from)) * width;
}

export function timeAt(x: number, { window, width }: Axis): number {
  return window.from + (x / Math.max(1, width)) * (window.to - window.from);
}

/** A span's box; undefined where it is not in the window. */
export function boxOf(
  span: TimelineSpan,
  { top, height }: PlacedLane,
  axis: Axis,
): { x: number; y: number; width: number; height: number } | undefined {
  const from = xOf(span.from, axis);
  const to = Math.max(xOf(span.to, axis), from + leastWidth);
  if (to < 0 || from > axis.width) return undefined;
  const x = Math.max(-2, from);
  const width = Math.min(axis.width + 2, to) - x;
  if (isBackdrop(span)) return { x, y: top, width, height };
  return { x, y: top + lanePadding + span.row * rowHeight + 1, width, height: rowHeight - 2 };
}

/** What is under a point: the topmost of the spans there, and a little beside it. */
export function spanAt(placed: readonly PlacedLane[], axis: Axis, x: number, y: number): TimelineSpan | undefined {
  const place = placed.find(({ top, height }) => y >= top && y < top + height);
  if (!place) return undefined;
  const near = (span: TimelineSpan): boolean => {
    const box = boxOf(span, place, axis);
    return box !== undefined && x >= box.x - 3 && x <= box.x + box.width + 3 && y >= box.y && y <= box.y + box.height;
  };
  const { spans } = place.lane;
  return spans.findLast((span) => !isBackdrop(span) && near(span)) ?? spans.findLast(near);
}

const steps = [
  1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000,
  900_000, 1_800_000, 3_600_000, 7_200_000, 14_400_000, 28_800_000, 86_400_000, 172_800_000, 604_800_000,
];

/** Times to name on the axis, about 110 pixels apart, at round times of the reader's day. */
export function ticksOf({ window, width }: Axis): number[] {
  const most = Math.max(1, Math.floor(width / 110));
  const step = steps.find((known) => (window.to - window.from) / known <= most) ?? steps.at(-1)!;
  const shift = new Date(window.from).getTimezoneOffset() * 60_000;
  const ticks: number[] = [];
  for (
    let at = Math.ceil((window.from - shift) / step) * step + shift;
    at <= window.to && ticks.length < 60;
    at += step
  )
    ticks.push(at);
  return ticks;
}
