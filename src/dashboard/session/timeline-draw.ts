import { formatClock } from "../../view/format.js";
import { isBackdrop } from "../../view/timeline-lanes.js";
import type { TimelineSpan, TimeRange } from "../../view/timeline-types.js";
import { boxOf, ticksOf, xOf, type Axis, type PlacedLane } from "./timeline-geometry.js";

/** The theme's colours, as a canvas needs them. */
export interface Palette {
  [name: string]: string;
}

/** What the words at the end of the axis take. Pixels. */
const noteWidth = 54;

const names = [
  "text",
  "text-dim",
  "text-faint",
  "border",
  "border-strong",
  "bg",
  "bg-hover",
  "accent",
  "accent-strong",
  "error",
  "wait",
  "ok",
  "info",
  "neutral-bg",
  "series-4",
  "series-5",
  "font-mono",
];

export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element);
  return Object.fromEntries(names.map((name) => [name, style.getPropertyValue(`--${name}`).trim()]));
}

/** Sizes a canvas for the screen's pixels; undefined where it has no room. */
export function prepare(
  canvas: HTMLCanvasElement,
  width: number,
  height: number,
): CanvasRenderingContext2D | undefined {
  const scale = window.devicePixelRatio || 1;
  const [w, h] = [Math.round(width * scale), Math.round(height * scale)];
  if (canvas.width !== w || canvas.height !== h) Object.assign(canvas, { width: w, height: h });
  const context = canvas.getContext("2d");
  if (!context || w === 0 || h === 0) return undefined;
  context.setTransform(scale, 0, 0, scale, 0, 0);
  context.clearRect(0, 0, width, height);
  return context;
}

export function drawLanes(
  context: CanvasRenderingContext2D,
  placed: readonly PlacedLane[],
  axis: Axis,
  height: number,
  palette: Palette,
  marks: { moment: number | null; hovered: string | null },
): void {
  drawGrid(context, axis, height, palette);
  for (const place of placed) drawLane(context, place, axis, palette, marks.hovered);
  if (marks.moment === null) return;
  context.fillStyle = palette["accent"]!;
  context.fillRect(Math.round(xOf(marks.moment, axis)), 0, 1.5, height);
}

function drawGrid(context: CanvasRenderingContext2D, axis: Axis, height: number, palette: Palette): void {
  context.fillStyle = palette["border"]!;
  for (const tick of ticksOf(axis)) context.fillRect(Math.round(xOf(tick, axis)), 0, 1, height);
}

function drawLane(
  context: CanvasRenderingContext2D,
  place: PlacedLane,
  axis: Axis,
  palette: Palette,
  hovered: string | null,
): void {
  const { lane, top, height } = place;
  context.fillStyle = palette["border"]!;
  context.fillRect(0, top + height - 1, axis.width, 1);
  if (lane.life) {
    const from = Math.max(0, xOf(lane.life.from, axis));
    const to = Math.min(axis.width, xOf(lane.life.to, axis));
    context.fillStyle = palette["neutral-bg"]!;
    if (to > from) context.fillRect(from, top + 2, Math.max(2, to - from), height - 5);
  }
  for (const span of lane.spans) if (isBackdrop(span)) drawSpan(context, span, place, axis, palette, hovered);
  for (const span of lane.spans) if (!isBackdrop(span)) drawSpan(context, span, place, axis, palette, hovered);
}

function drawSpan(
  context: CanvasRenderingContext2D,
  span: TimelineSpan,
  place: PlacedLane,
  axis: Axis,
  palette: Palette,
  hovered: string | null,
): void {
  const box = boxOf(span, place, axis);
  if (!box) return;
  const color = palette[colorOf(span)]!;
  context.globalAlpha = isBackdrop(span) ? 0.14 : span.key === hovered ? 1 : 0.82;
  context.fillStyle = color;
  if (isBackdrop(span)) context.fillRect(box.x, box.y, box.width, box.height - 1);
  else {
    context.beginPath();
    context.roundRect(box.x, box.y, box.width, box.height, Math.min(2, box.width / 2));
    context.fill();
  }
  context.globalAlpha = 1;
  if (isBackdrop(span)) context.fillRect(box.x, box.y, 1.5, box.height - 1);
  else if (box.width > 46) writeLabel(context, span, box, palette);
}

function writeLabel(
  context: CanvasRenderingContext2D,
  span: TimelineSpan,
  box: { x: number; y: number; width: number; height: number },
  palette: Palette,
): void {
  context.save();
  context.beginPath();
  context.rect(box.x, box.y, box.width - 3, box.height);
  context.clip();
  context.fillStyle = palette["bg"]!;
  context.font = `9.5px ${palette["font-mono"]}`;
  context.textBaseline = "middle";
  context.fillText(`${span.label} ${span.text}`.slice(0, 120), Math.max(box.x, 0) + 4, box.y + box.height / 2 + 0.5);
  context.restore();
}

const colors: Partial<Record<TimelineSpan["kind"], string>> = {
  prompt: "accent",
  tool: "accent",
  model: "series-4",
  wait: "wait",
  step: "ok",
  message: "info",
  session: "text-faint",
  turn: "text-faint",
};

function colorOf({ kind, status }: TimelineSpan): string {
  if (status === "error" || status === "denied" || status === "rejected" || status === "lost") return "error";
  return colors[kind] ?? "text-dim";
}

/** How dense the whole session is, with the part that is shown standing out. */
export function drawOverview(
  context: CanvasRenderingContext2D,
  density: readonly number[],
  size: { width: number; height: number },
  palette: Palette,
  ranges: { domain: TimeRange; window: TimeRange },
): void {
  const { width, height } = size;
  const axis = { window: ranges.domain, width };
  const most = Math.max(1, ...density);
  const step = width / density.length;
  context.fillStyle = palette["text-faint"]!;
  for (const [index, count] of density.entries()) {
    if (count <= 0) continue;
    // What is rare is seen too.
    const tall = Math.max(1.5, Math.sqrt(count / most) * (height - 14));
    context.fillRect(index * step, height - tall, step + 0.3, tall);
  }
  const [from, to] = [xOf(ranges.window.from, axis), xOf(ranges.window.to, axis)];
  if (to - from < width - 1) {
    context.globalAlpha = 0.18;
    context.fillStyle = palette["accent"]!;
    context.fillRect(from, 0, Math.max(3, to - from), height);
    context.globalAlpha = 1;
    context.fillRect(from, 0, 1.5, height);
    context.fillRect(Math.max(to, from + 3) - 1.5, 0, 1.5, height);
  }
}

export function drawTicks(context: CanvasRenderingContext2D, axis: Axis, palette: Palette): void {
  context.fillStyle = palette["text-faint"]!;
  context.font = `10px ${palette["font-mono"]}`;
  context.textBaseline = "top";
  const precise = axis.window.to - axis.window.from < 10_000;
  for (const tick of ticksOf(axis)) {
    const [label, x] = [formatClock(tick, precise), xOf(tick, axis) + 4];
    // The end of the axis belongs to the length of what is shown.
    if (x + context.measureText(label).width < axis.width - noteWidth) context.fillText(label, x, 3);
  }
}
