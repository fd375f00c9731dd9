import type { SessionEvent } from "../core/event.js";
import { LogWindow, type WindowBounds } from "./log-window.js";
import type { EventFilter, EventPage, EventQuery } from "./source.js";

export interface LogLoaderOptions {
  read(query: EventQuery): Promise<EventPage>;
  /** Which events the source is asked for, and which of them are kept. */
  filter: EventFilter | undefined;
  keep(event: SessionEvent): boolean;
  bounds: WindowBounds;
  /** The seq of the newest event. */
  head: number;
}

/** Events of a page, and so of the first that is read. */
export const firstPage = 300;
/** While few of the events are kept, more are read at a time. */
const scanSize = 1_000;
/** How many a load is to bring, and how many pages it may read for it. */
const wanted = 50;
const mostPages = 40;
/** Live events are remembered, so that a page and what came while it was read fit together. */
const tailLength = 2_000;

/**
 * A window onto a session's log, moved by reading pages of it, and growing with what comes live.
 * A load that was overtaken by another place to look at changes nothing.
 */
export class LogLoader {
  window: LogWindow;
  head: number;
  private readonly options: LogLoaderOptions;
  private visit = 0;
  private tail: SessionEvent[] = [];
  /** The tail holds everything above this. */
  private tailFrom: number;

  constructor(options: LogLoaderOptions) {
    this.options = options;
    this.head = options.head;
    this.tailFrom = options.head;
    this.window = new LogWindow(options.bounds, options.head);
  }

  /** The window reaches to the end of the log. */
  get atHead(): boolean {
    return this.window.to >= this.head;
  }

  /** Takes the next event of the log; true where it is in the window now. `hold`: a full window does not move on. */
  live(event: SessionEvent, hold: boolean): boolean {
    const wasAtHead = this.atHead;
    this.head = Math.max(this.head, event.seq);
    this.remember(event);
    if (!wasAtHead || (hold && this.window.full)) return false;
    const kept = this.keeps(event);
    this.window.append(kept ? [event] : [], event.seq);
    return kept;
  }

  /** Whether an event is one of those that the window is to hold. */
  keeps(event: SessionEvent): boolean {
    return this.options.keep(event);
  }

  /** To the newest events. */
  async newest(): Promise<void> {
    if (this.atHead && this.window.events.length > 0) this.visit += 1;
    else await this.goTo(this.head, (window) => this.extendBack(window));
  }

  /** To the oldest events. */
  async oldest(): Promise<void> {
    await this.goTo(0, (window) => this.extendOn(window));
  }

  /** To the events on both sides of `seq`. */
  async around(seq: number): Promise<void> {
    await this.goTo(Math.min(seq, this.head), async (window) => {
      await this.extendBack(window);
      await this.extendOn(window);
    });
  }

  async older(): Promise<void> {
    const window = this.window;
    await this.extendBack(window);
  }

  async newer(): Promise<void> {
    const window = this.window;
    await this.extendOn(window);
  }

  /** Fills a window of its own, and shows it unless another place was gone to meanwhile. */
  private async goTo(seq: number, fill: (window: LogWindow) => Promise<void>): Promise<void> {
    const visit = ++this.visit;
    const window = new LogWindow(this.options.bounds, seq);
    await fill(window);
    if (visit !== this.visit) return;
    this.bridge(window);
    this.window = window;
  }

  private async extendBack(window: LogWindow): Promise<void> {
    let kept = 0;
    for (let pages = 0; mayReadOn(window, pages, kept) && !window.atStart; pages++) {
      const before = window.from + 1;
      const page = await this.read({ before, limit: pages === 0 ? firstPage : scanSize });
      if (window.from + 1 !== before) return;
      const events = page.events.filter((event) => this.keeps(event));
      kept += events.length;
      window.prepend(events, page.more && page.events.length > 0 ? page.events[0]!.seq - 1 : 0);
    }
  }

  private async extendOn(window: LogWindow): Promise<void> {
    let kept = 0;
    for (let pages = 0; mayReadOn(window, pages, kept); pages++) {
      if (this.bridge(window) || window.to >= this.head) return;
      const after = window.to;
      const { head } = this;
      const page = await this.read({ after, limit: pages === 0 ? firstPage : scanSize });
      if (window.to !== after) return;
      const events = page.events.filter((event) => this.keeps(event));
      kept += events.length;
      const last = page.events.at(-1)?.seq ?? 0;
      window.append(events, page.more ? last : Math.max(last, head));
    }
    this.bridge(window);
  }

  private read(query: EventQuery): Promise<EventPage> {
    return this.options.read({ ...query, filter: this.options.filter });
  }

  /** Joins the window with what came live, where nothing lies between them; true where it did. */
  private bridge(window: LogWindow): boolean {
    if (window.to >= this.head || window.to < this.tailFrom) return false;
    const missing = this.tail.filter((event) => event.seq > window.to);
    window.append(
      missing.filter((event) => this.keeps(event)),
      this.head,
    );
    return window.to >= this.head;
  }

  private remember(event: SessionEvent): void {
    this.tail.push(event);
    if (this.tail.length < tailLength * 2) return;
    this.tailFrom = this.tail[tailLength - 1]!.seq;
    this.tail = this.tail.slice(tailLength);
  }
}

/** One page always; more while too little was found, and while nothing is pushed out at the other end. */
function mayReadOn(window: LogWindow, pages: number, kept: number): boolean {
  return pages === 0 || (pages < mostPages && kept < wanted && window.roomy);
}
