import type { ToolReport, UsageReport } from "../core/reports.js";
import { Frames } from "./frames.js";
import type { Observable, ViewClock, ViewError } from "./observable.js";
import { toViewError } from "./view-error.js";

/** What the figures are read through; the HTTP client fits. */
export interface ReportSource {
  usage(query: { days: number; user?: string }): Promise<UsageReport>;
  tools(): Promise<ToolReport>;
}

export interface OverviewSnapshot {
  now: number;
  days: number;
  /** Null until they are known; kept while they are read anew. */
  usage: UsageReport | null;
  tools: ToolReport | null;
  /** Every day of the period, ascending, those without figures too. */
  daily: readonly DayFigures[];
  /** The newest failure to read; null once reading worked again. */
  error: ViewError | null;
}

export interface DayFigures {
  /** `YYYY-MM-DD` (UTC). */
  day: string;
  tokens: number;
  cost: number;
}

/** Figures over many sessions; read anew every few seconds while somebody listens. */
export interface OverviewView extends Observable<OverviewSnapshot> {
  setDays(days: number): void;
  refresh(): void;
  close(): void;
}

export interface OverviewOptions {
  source: ReportSource;
  clock: ViewClock;
  days?: number;
}

export function createOverview(options: OverviewOptions): OverviewView {
  return new OverviewModel(options);
}

const everyMs = 10_000;

class OverviewModel implements OverviewView {
  readonly getSnapshot: () => OverviewSnapshot;
  readonly subscribe: (listener: () => void) => () => void;
  private readonly options: OverviewOptions;
  private readonly frames: Frames<OverviewSnapshot>;
  private days: number;
  private usage: UsageReport | null = null;
  private tools: ToolReport | null = null;
  private daily: readonly DayFigures[] = [];
  private error: ViewError | null = null;
  /** Counts readings: what an earlier one brings is dropped. */
  private current = 0;

  constructor(options: OverviewOptions) {
    const { clock, days = 14 } = options;
    this.options = options;
    this.days = days;
    this.frames = new Frames({
      clock,
      perSecond: 20,
      tickMs: everyMs,
      make: () => this.snapshot(),
      onTick: () => this.refresh(),
    });
    this.getSnapshot = this.frames.getSnapshot;
    this.subscribe = this.frames.subscribe;
    this.refresh();
  }

  setDays(days: number): void {
    if (days === this.days) return;
    this.days = days;
    this.refresh();
  }

  refresh(): void {
    void this.read();
  }

  close(): void {
    this.current += 1;
    this.frames.close();
  }

  private async read(): Promise<void> {
    const reading = ++this.current;
    const { source } = this.options;
    const { days } = this;
    try {
      const [usage, tools] = await Promise.all([source.usage({ days }), source.tools()]);
      if (reading !== this.current) return;
      this.usage = usage;
      this.tools = tools;
      this.daily = everyDay(usage, days);
      this.error = null;
    } catch (error) {
      if (reading !== this.current) return;
      this.error = toViewError(error);
    }
    this.frames.request();
  }

  private snapshot(): OverviewSnapshot {
    const { days, usage, tools, daily, error } = this;
    return { now: this.options.clock.now(), days, usage, tools, daily, error };
  }
}

const dayMs = 86_400_000;

function everyDay({ since, days: rows }: UsageReport, days: number): DayFigures[] {
  const known = new Map(rows.map((row) => [row.key, row]));
  const start = Date.parse(since);
  return Array.from({ length: days }, (_, index) => {
    const day = new Date(start + index * dayMs).toISOString().slice(0, 10);
    const { tokens = 0, cost = 0 } = known.get(day) ?? {};
    return { day, tokens, cost };
  });
}
