import {
  useEffect,
  useRef,
  useState,
  type KeyboardEvent,
  type MouseEvent,
  type PointerEvent,
  type RefObject,
} from "react";
import { formatClock, formatDuration, formatNumberOf } from "../../view/format.js";
import { brief } from "../../view/safe-text.js";
import type { TimelineSnapshot, TimelineSpan, TimelineView } from "../../view/timeline-types.js";
import { useView } from "../../view/use-view.js";
import { IconButton } from "../shared/button.js";
import { useTheme } from "../theme.js";
import { useSession, useSessionView } from "./session-context.js";
import { drawLanes, drawOverview, drawTicks, prepare, readPalette } from "./timeline-draw.js";
import { placeLanes, spanAt, timeAt, type Axis, type PlacedLane } from "./timeline-geometry.js";
import { useBrush, usePan, useWidth } from "./use-timeline-pointer.js";
import { useTimeline } from "./use-timeline.js";

/** A lane for each agent; the strip above it is the whole session, and what is marked there is shown below. */
export function Timeline({ sessionId }: { sessionId: string }) {
  const timeline = useTimeline(sessionId);
  return timeline && <Drawn timeline={timeline} />;
}

const overviewHeight = 30;
const ticksHeight = 18;
const topHeight = overviewHeight + ticksHeight + 1;

function Drawn({ timeline }: { timeline: TimelineView }) {
  const snapshot = useView(timeline);
  const root = useRef<HTMLDivElement>(null);
  const width = useWidth(root);
  const { window: shown, lanes } = snapshot;
  const axis: Axis | null = shown && width > 0 ? { window: shown, width } : null;
  const { placed, height } = placeLanes(lanes);
  const { hover, handlers } = useLanes(root, timeline, axis, placed);
  const onKeyDown = (event: KeyboardEvent) => {
    if (!moveByKey(timeline, event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <>
      <Names timeline={timeline} placed={placed} />
      <div
        className="timeline-drawing"
        ref={root}
        tabIndex={0}
        role="group"
        aria-label={describe(snapshot)}
        onKeyDown={onKeyDown}
      >
        <div className="timeline-top">
          <Overview timeline={timeline} snapshot={snapshot} width={width} />
          {axis && <Ticks axis={axis} />}
          <Note snapshot={snapshot} />
        </div>
        <Lanes
          timeline={timeline}
          snapshot={snapshot}
          axis={axis}
          height={height}
          hovered={hover?.span.key ?? null}
          handlers={handlers}
        />
        {hover && axis && <Hint hover={hover} width={width} />}
      </div>
    </>
  );
}

function Names({ timeline, placed }: { timeline: TimelineView; placed: readonly PlacedLane[] }) {
  return (
    <div className="timeline-names">
      <div className="timeline-tools" style={{ height: topHeight }}>
        <IconButton size="sm" icon="plus" label="Zoom in (+)" onClick={() => timeline.zoom(0.5)} />
        <IconButton size="sm" icon="minus" label="Zoom out (−)" onClick={() => timeline.zoom(2)} />
        <IconButton size="sm" icon="refresh" label="The whole session (0)" onClick={() => timeline.setWindow(null)} />
      </div>
      {placed.map(({ lane: { agentId, depth, name }, height }) => (
        <div
          key={agentId ?? ""}
          className="timeline-name truncate"
          style={{ height, paddingInlineStart: 12 + Math.min(depth, 6) * 8 }}
          title={brief(name, 80)}
        >
          {brief(name, 40)}
        </div>
      ))}
    </div>
  );
}

function Note({ snapshot: { error, coarse, window: shown } }: { snapshot: TimelineSnapshot }) {
  const length = shown ? formatDuration(shown.to - shown.from) : "";
  const text = error ? error.message : coarse ? `${length} · Zoom in to see each call` : length;
  return <p className={`timeline-note ${error ? "timeline-error" : ""}`}>{text}</p>;
}

/** What is under the pointer, and what a click on it does. */
function useLanes(
  root: RefObject<HTMLDivElement | null>,
  timeline: TimelineView,
  axis: Axis | null,
  placed: readonly PlacedLane[],
) {
  const view = useSessionView();
  const [hover, setHover] = useState<Hover | null>(null);
  const pan = usePan(root, timeline, axis);
  const under = (event: PointerEvent<HTMLCanvasElement>) => {
    const box = event.currentTarget.getBoundingClientRect();
    const [x, y] = [event.clientX - box.left, event.clientY - box.top];
    return { x, y, span: axis ? spanAt(placed, axis, x, y) : undefined };
  };
  const handlers = {
    onPointerDown: pan.handlers.onPointerDown,
    onPointerMove(event: PointerEvent<HTMLCanvasElement>): void {
      if (pan.handlers.onPointerMove(event)) return setHover(null);
      const { x, y, span } = under(event);
      setHover(span ? { span, x, y: y + topHeight } : null);
    },
    onPointerLeave: () => setHover(null),
    onPointerUp(event: PointerEvent<HTMLCanvasElement>): void {
      if (pan.handlers.onPointerUp(event) || !axis) return;
      const { x, span } = under(event);
      const seq = span?.seq ?? timeline.seqAt(timeAt(x, axis));
      if (view.getSnapshot().moment.seq === null) view.goTo(seq);
      else view.setMoment(seq);
    },
    onDoubleClick(event: MouseEvent<HTMLCanvasElement>): void {
      const { left } = event.currentTarget.getBoundingClientRect();
      if (axis) timeline.zoom(0.4, timeAt(event.clientX - left, axis));
    },
  };
  return { hover, handlers };
}

function moveByKey(timeline: TimelineView, key: string): boolean {
  if (key === "+" || key === "=") timeline.zoom(0.5);
  else if (key === "-") timeline.zoom(2);
  else if (key === "ArrowLeft") timeline.pan(-0.2);
  else if (key === "ArrowRight") timeline.pan(0.2);
  else if (key === "0") timeline.setWindow(null);
  else return false;
  return true;
}

/** For those who do not see it. */
function describe({ lanes, window: shown, coarse }: TimelineSnapshot): string {
  if (!shown) return "Timeline";
  const calls = lanes.reduce((sum, { spans }) => sum + spans.filter(({ kind }) => kind === "tool").length, 0);
  const counted = coarse ? "" : `, ${formatNumberOf(calls, "tool call")}`;
  return `Timeline from ${formatClock(shown.from)} to ${formatClock(shown.to)}: ${formatNumberOf(lanes.length, "agent")}${counted}. Plus and minus zoom, arrows move, 0 shows everything.`;
}

function Overview({
  timeline,
  snapshot,
  width,
}: {
  timeline: TimelineView;
  snapshot: TimelineSnapshot;
  width: number;
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { shown: theme } = useTheme();
  const { density, domain, window: shown } = snapshot;
  const { brushed, handlers } = useBrush(timeline, domain, width);
  useEffect(() => {
    const context = canvas.current && prepare(canvas.current, width, overviewHeight);
    if (context && domain && shown) {
      drawOverview(context, density, { width, height: overviewHeight }, readPalette(canvas.current!), {
        domain,
        window: brushed ?? shown,
      });
    }
  }, [density, domain, shown, brushed, width, theme]);
  return (
    <canvas
      className="timeline-overview"
      ref={canvas}
      style={{ height: overviewHeight }}
      title="Drag to choose a part"
      {...handlers}
    />
  );
}

function Ticks({ axis }: { axis: Axis }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { shown: theme } = useTheme();
  useEffect(() => {
    const context = canvas.current && prepare(canvas.current, axis.width, ticksHeight);
    if (context) drawTicks(context, axis, readPalette(canvas.current!));
  }, [axis.window, axis.width, theme]);
  return <canvas className="timeline-ticks" ref={canvas} style={{ height: ticksHeight }} aria-hidden="true" />;
}

interface LanesProps {
  timeline: TimelineView;
  snapshot: TimelineSnapshot;
  axis: Axis | null;
  height: number;
  hovered: string | null;
  handlers: React.CanvasHTMLAttributes<HTMLCanvasElement>;
}

function Lanes({ timeline, snapshot: { lanes }, axis, height, hovered, handlers }: LanesProps) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const { shown: theme } = useTheme();
  const seq = useSession(({ moment }) => moment.seq);
  const at = useSession(({ moment }) => moment.at);
  const moment = seq === null ? null : (at ?? timeline.timeOf(seq));
  useEffect(() => {
    const context = axis && canvas.current && prepare(canvas.current, axis.width, height);
    if (context)
      drawLanes(context, placeLanes(lanes).placed, axis, height, readPalette(canvas.current!), { moment, hovered });
  }, [lanes, axis?.window, axis?.width, height, moment, hovered, theme]);
  return <canvas className="timeline-lanes" ref={canvas} style={{ height }} {...handlers} />;
}

interface Hover {
  span: TimelineSpan;
  x: number;
  y: number;
}

function Hint({ hover: { span, x, y }, width }: { hover: Hover; width: number }) {
  const took = span.open ? "goes on" : span.to > span.from ? formatDuration(span.to - span.from) : "";
  return (
    <div className="timeline-hint" style={{ left: Math.min(x, width - 260), top: y + 14 }} role="presentation">
      <p className="truncate">
        <strong>{span.label}</strong> {span.text}
      </p>
      <p className="faint">
        {[formatClock(span.from), took, span.status === "none" || span.status === "ok" ? "" : span.status]
          .filter(Boolean)
          .join(" · ")}
      </p>
    </div>
  );
}
