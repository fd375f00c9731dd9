import type { SessionEvent } from "../core/event.js";
import { FeedBuilder } from "./feed.js";
import { Frames } from "./frames.js";
import type { ViewError } from "./observable.js";
import { timeOf } from "./record.js";
import type { ViewOptions } from "./session-list.js";
import { slimEvent } from "./slim-event.js";
import type { EventFilter, ViewSource } from "./source.js";
import { TimeScale } from "./time-scale.js";
import { timelineLanes } from "./timeline-lanes.js";
import type { TimelineFacts, TimelineLane, TimelineSnapshot, TimelineView, TimeRange } from "./timeline-types.js";
import { toViewError } from "./view-error.js";

export interface TimelineOptions extends ViewOptions {
  source: ViewSource;
  sessionId: string;
}

export function createTimelineView(options: TimelineOptions): TimelineView {
  return new TimelineModel(options);
}

/** So many events are shown one by one. */
const mostEvents = 4_000;
const pageSize = 1_000;
/** So many events of a long log are asked when they were. */
const samples = 128;
const atOnce = 6;
/** Where the log grows, it is read at most this often. */
const growMs = 1_000;
const slices = 240;
const shortest = 50;

/** State and bookkeeping draw nothing. */
const drawnEvents: EventFilter = {
  types: ["session_created", "action", "response", "agent_spawned", "agent_completed", "session_finalized"],
};
const promptEvents: EventFilter = { types: ["action"], actions: ["user_prompt"] };

/** The events of a stretch of the log, as items. */
interface Detail {
  after: number;
  to: number;
  coarse: boolean;
  builder: FeedBuilder;
  count: number;
}

class TimelineModel implements TimelineView {
  readonly getSnapshot: () => TimelineSnapshot;
  readonly subscribe: (listener: () => void) => () => void;
  private readonly options: TimelineOptions;
  private readonly frames: Frames<TimelineSnapshot>;
  private readonly scale = new TimeScale();
  private facts: TimelineFacts | null = null;
  private window: TimeRange | null = null;
  private detail: Detail | null = null;
  private lanes: readonly TimelineLane[] = [];
  private stale = true;
  private sampled = 0;
  private busy = false;
  private again = false;
  private error: ViewError | null = null;
  private closed = false;
  private grown = -Infinity;
  private cancelGrow: (() => void) | undefined;

  constructor(options: TimelineOptions) {
    this.options = options;
    const { clock, framesPerSecond = 20 } = options;
    this.frames = new Frames({ clock, perSecond: framesPerSecond, tickMs: 60_000, make: () => this.snapshot() });
    this.getSnapshot = this.frames.getSnapshot;
    this.subscribe = this.frames.subscribe;
  }

  update(facts: TimelineFacts): void {
    const before = this.facts;
    this.facts = facts;
    if (before?.begin !== facts.begin || before.end !== facts.end || before.agents !== facts.agents) {
      this.stale = true;
      this.frames.request();
    }
    if (before === null) void this.load();
    else if (before.head !== facts.head) this.growSoon();
  }

  setWindow(window: TimeRange | null): void {
    const { domain } = this;
    if (!domain) return;
    const next = window && clamped(window, domain);
    const isAll = next === null || (next.from <= domain.from && next.to >= domain.to);
    this.window = isAll ? null : next;
    this.frames.request();
    void this.load();
  }

  zoom(factor: number, around?: number): void {
    const shown = this.shown;
    if (!shown) return;
    const middle = around ?? (shown.from + shown.to) / 2;
    this.setWindow({ from: middle - (middle - shown.from) * factor, to: middle + (shown.to - middle) * factor });
  }

  pan(by: number): void {
    const shown = this.shown;
    if (!shown || !this.window) return;
    const move = (shown.to - shown.from) * by;
    this.setWindow({ from: shown.from + move, to: shown.to + move });
  }

  seqAt(time: number): number {
    return Math.max(1, Math.min(this.facts?.head ?? 1, this.scale.seqAt(time)));
  }

  timeOf(seq: number): number {
    return this.scale.timeOf(seq);
  }

  close(): void {
    this.closed = true;
    this.cancelGrow?.();
    this.frames.close();
  }

  private get domain(): TimeRange | null {
    if (!this.facts) return null;
    const { begin, end } = this.facts;
    const first = this.scale.points[0]?.at ?? begin;
    const from = Math.min(first, Number.isFinite(begin) ? begin : first);
    return { from, to: Math.max(end, from + shortest, this.scale.points.at(-1)?.at ?? 0) };
  }

  private get shown(): TimeRange | null {
    return this.window ?? this.domain;
  }

  private snapshot(): TimelineSnapshot {
    const { domain, shown, detail, busy, error } = this;
    if (this.stale && this.facts) {
      const items = detail?.builder.items() ?? [];
      this.lanes = timelineLanes({ items, agents: this.facts.agents, end: domain!.to });
      this.stale = false;
    }
    return {
      domain,
      window: shown,
      density: domain ? this.scale.density(domain, slices) : [],
      lanes: this.lanes,
      coarse: detail?.coarse ?? false,
      loading: busy,
      error,
    };
  }

  private growSoon(): void {
    const { clock } = this.options;
    if (this.cancelGrow || this.closed) return;
    const wait = Math.max(0, this.grown + growMs - clock.now());
    this.cancelGrow = clock.setTimer(() => {
      this.cancelGrow = undefined;
      this.grown = clock.now();
      void this.load();
    }, wait);
  }

  /** Reads what the window needs; a wish that comes meanwhile is seen to afterwards. */
  private async load(): Promise<void> {
    if (this.busy) {
      this.again = true;
      return;
    }
    this.busy = true;
    this.frames.request();
    do {
      this.again = false;
      try {
        await this.read();
        this.error = null;
      } catch (error) {
        this.error = toViewError(error);
      }
    } while (this.again && !this.closed);
    this.busy = false;
    this.frames.request();
  }

  private async read(): Promise<void> {
    const { head } = this.facts!;
    if (head > mostEvents) await this.sample(0, head);
    const wanted = await this.wanted();
    const { detail } = this;
    if (detail && detail.after <= wanted.after && detail.to >= wanted.to && (!detail.coarse || isCoarse(wanted)))
      return;
    const goesOn =
      detail && detail.after === wanted.after && wanted.to > detail.to && detail.coarse === isCoarse(wanted);
    if (goesOn && detail.count + (wanted.to - detail.to) <= mostEvents * 1.5) await this.extend(detail, wanted.to);
    else {
      const coarse = isCoarse(wanted);
      const builder = new FeedBuilder({
        toHead: wanted.to >= head,
        state: { goals: [], agents: [...this.facts!.agents] },
      });
      const fresh: Detail = { after: wanted.after, to: wanted.after, coarse, builder, count: 0 };
      await this.extend(fresh, wanted.to);
      this.detail = fresh;
    }
    this.stale = true;
  }

  /** The seqs of what is shown, found more closely where the samples lie too far apart. */
  private async wanted(): Promise<{ after: number; to: number }> {
    const { head } = this.facts!;
    if (!this.window || head <= mostEvents) return { after: 0, to: head };
    for (let tries = 0; ; tries++) {
      const wanted = this.scale.around(this.window);
      // What came behind the last event whose time is known is part of the end.
      if (wanted.to === this.scale.points.at(-1)?.seq) wanted.to = head;
      const within = this.scale.seqAt(this.window.to) - this.scale.seqAt(this.window.from);
      if (!isCoarse(wanted) || tries === 3 || within > mostEvents * 2) return wanted;
      await this.sample(wanted.after, wanted.to, true);
    }
  }

  /** Asks some events of a stretch when they were. */
  private async sample(after: number, to: number, anew = false): Promise<void> {
    const from = anew ? after : Math.max(after, this.sampled);
    const most = anew ? samples / 2 : Math.max(1, Math.ceil((samples * (to - from)) / to));
    const step = Math.max(1, (to - from) / most);
    if (!anew && this.sampled > 0 && to - from < to / samples) return;
    const seqs = new Set<number>(anew ? [] : [1, to]);
    for (let seq = from + step; seq <= to; seq += step) seqs.add(Math.round(seq));
    const left = [...seqs].filter((seq) => seq > 0);
    const worker = async (): Promise<void> => {
      for (let seq = left.pop(); seq !== undefined && !this.closed; seq = left.pop()) {
        const [event] = (await this.page({ after: seq - 1, limit: 1 })).events;
        if (event) this.scale.add([{ seq: event.seq, at: timeOf(event) }]);
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    if (!anew) this.sampled = to;
    this.frames.request();
  }

  private async extend(detail: Detail, to: number): Promise<void> {
    const filter = detail.coarse ? promptEvents : drawnEvents;
    for (let after = detail.to; after < to && !this.closed;) {
      const page = await this.page({ after, before: to + 1, limit: pageSize, filter });
      for (const event of page.events) detail.builder.append(slimEvent(event));
      detail.count += page.events.length;
      if (!detail.coarse) this.scale.add(page.events.map((event) => ({ seq: event.seq, at: timeOf(event) })));
      after = page.more ? (page.events.at(-1)?.seq ?? to) : to;
      if (detail.coarse && detail.count >= mostEvents) break;
    }
    detail.to = to;
  }

  private page(query: Parameters<ViewSource["events"]>[1]): Promise<{ events: SessionEvent[]; more: boolean }> {
    return this.options.source.events(this.options.sessionId, query);
  }
}

function isCoarse({ after, to }: { after: number; to: number }): boolean {
  return to - after > mostEvents;
}

function clamped({ from, to }: TimeRange, domain: TimeRange): TimeRange {
  const length = Math.max(shortest, Math.min(to - from, domain.to - domain.from));
  const start = Math.min(Math.max(from, domain.from), domain.to - length);
  return { from: start, to: start + length };
}
