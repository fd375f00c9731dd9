import { useEffect, useRef, useState, type PointerEvent, type RefObject } from "react";
import type { TimelineView, TimeRange } from "../../view/timeline-types.js";
import { timeAt, type Axis } from "./timeline-geometry.js";

/** The width of an element, as it changes. */
export function useWidth(element: RefObject<HTMLElement | null>): number {
  const [width, setWidth] = useState(0);
  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.floor(entry!.contentRect.width)));
    observer.observe(element.current!);
    return () => observer.disconnect();
  }, [element]);
  return width;
}

/** A person who moves less than this means to click. */
const clickSlop = 4;

/** Dragging moves what is shown, and the wheel with Ctrl zooms around the pointer. */
export function usePan(root: RefObject<HTMLElement | null>, timeline: TimelineView, axis: Axis | null) {
  const drag = useRef<{ x: number; from: TimeRange; moved: boolean } | null>(null);
  const latest = useRef(axis);
  latest.current = axis;

  useEffect(() => {
    const element = root.current!;
    // React's own wheel listeners cannot keep the page from zooming.
    const onWheel = (event: WheelEvent): void => {
      const now = latest.current;
      if (!now) return;
      const sideways = event.shiftKey ? event.deltaY : event.deltaX;
      if (event.ctrlKey || event.metaKey) {
        const x = event.clientX - element.getBoundingClientRect().left;
        timeline.zoom(Math.exp(Math.max(-1, Math.min(1, event.deltaY / 200))), timeAt(x, now));
      } else if (sideways !== 0 && Math.abs(sideways) >= Math.abs(event.shiftKey ? 0 : event.deltaY))
        timeline.pan(sideways / now.width);
      else return;
      event.preventDefault();
    };
    element.addEventListener("wheel", onWheel, { passive: false });
    return () => element.removeEventListener("wheel", onWheel);
  }, [root, timeline]);

  const handlers = {
    onPointerDown(event: PointerEvent<HTMLCanvasElement>): void {
      if (event.button !== 0 || !axis) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      drag.current = { x: event.clientX, from: axis.window, moved: false };
    },
    /** True while it drags. */
    onPointerMove(event: PointerEvent<HTMLCanvasElement>): boolean {
      const held = drag.current;
      if (!held || !axis) return false;
      held.moved ||= Math.abs(event.clientX - held.x) > clickSlop;
      const shift = ((held.x - event.clientX) / axis.width) * (held.from.to - held.from.from);
      if (held.moved) timeline.setWindow({ from: held.from.from + shift, to: held.from.to + shift });
      return held.moved;
    },
    /** True where it was dragged. */
    onPointerUp(_event: PointerEvent<HTMLCanvasElement>): boolean {
      const moved = drag.current?.moved === true;
      drag.current = null;
      return moved;
    },
  };
  return { handlers };
}

/** Dragging over the whole marks the part to show; a click shows everything again. */
export function useBrush(timeline: TimelineView, domain: TimeRange | null, width: number) {
  const [drag, setDrag] = useState<{ from: number; to: number } | null>(null);
  const axis = domain && { window: domain, width };
  const xIn = (event: PointerEvent<HTMLCanvasElement>) =>
    event.clientX - event.currentTarget.getBoundingClientRect().left;
  const range = (from: number, to: number): TimeRange => ({
    from: timeAt(Math.min(from, to), axis!),
    to: timeAt(Math.max(from, to), axis!),
  });
  const handlers = {
    onPointerDown(event: PointerEvent<HTMLCanvasElement>): void {
      if (event.button !== 0 || !axis) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      setDrag({ from: xIn(event), to: xIn(event) });
    },
    onPointerMove(event: PointerEvent<HTMLCanvasElement>): void {
      if (drag) setDrag({ ...drag, to: xIn(event) });
    },
    onPointerUp(event: PointerEvent<HTMLCanvasElement>): void {
      if (!drag) return;
      const isClick = Math.abs(xIn(event) - drag.from) <= clickSlop;
      timeline.setWindow(isClick ? null : range(drag.from, xIn(event)));
      setDrag(null);
    },
  };
  return { brushed: drag && Math.abs(drag.to - drag.from) > clickSlop ? range(drag.from, drag.to) : null, handlers };
}
