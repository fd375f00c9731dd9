import type { SessionEvent } from "../core/event.js";
import type { State } from "../core/state.js";
import { filterOfKinds } from "./event-filter.js";
import { FeedBuilder } from "./feed.js";
import { keepsEvent, keepsItem } from "./feed-filter.js";
import type { FeedItem } from "./feed-types.js";
import { itemIndexOf } from "./item-index.js";
import { LogLoader } from "./log-loader.js";
import type { ViewError } from "./observable.js";
import { PairLookup } from "./pair-lookup.js";
import { defaultFeedFilter, type FeedFilter, type FeedSnapshot } from "./session-view-types.js";
import type { ViewSource } from "./source.js";
import { toViewError } from "./view-error.js";

export interface FeedModelOptions {
  source: Pick<ViewSource, "events">;
  sessionId: string;
  head: number;
  state: State | null;
  /** Something of the snapshot changed. */
  changed(): void;
}

const bounds = { events: 4_000, weight: 16_000_000 };
/** So many items off the screen are to be there before anybody scrolls to them. */
const margin = 60;

type Load = FeedSnapshot["loading"];

/** The feed of one session: the loaded part of its log as items, a selection, and the wish to follow. */
export class FeedModel {
  private readonly options: FeedModelOptions;
  private readonly pairs: PairLookup;
  private loader: LogLoader;
  private builder: FeedBuilder | null = null;
  private built: readonly FeedItem[] = [];
  private dirty = true;
  private shot: FeedSnapshot | null = null;

  private filter = defaultFeedFilter;
  private selected = { seq: 0, key: "" };
  private visible = { first: 0, last: 0 };
  private follow = true;
  private newBelow = 0;
  private loading: Load = null;
  private error: ViewError | null = null;
  /** Counts the places that were gone to: what an overtaken load brings is not shown. */
  private visit = 0;

  constructor(options: FeedModelOptions) {
    this.options = options;
    this.loader = this.makeLoader(options.head);
    this.pairs = new PairLookup(options, () => this.invalidate());
    void this.go("jump", (loader) => loader.newest());
  }

  get head(): number {
    return this.loader.head;
  }

  /** When an event happened that is loaded, epoch milliseconds; null for others. */
  timeOf(seq: number): number | null {
    const event = this.loader.window.at(seq);
    const at = event?.seq === seq ? Date.parse(event.timestamp) : Number.NaN;
    return Number.isNaN(at) ? null : at;
  }

  get events(): readonly SessionEvent[] {
    return this.loader.window.events;
  }

  get selectedSeq(): number {
    return this.follow ? this.loader.head : this.selected.seq;
  }

  live(event: SessionEvent): void {
    const wasAtHead = this.loader.atHead;
    const from = this.loader.window.from;
    const isIn = this.loader.live(event, !this.follow);
    if (!this.follow && this.loader.keeps(event)) this.newBelow += 1;
    // Where the window let go of its oldest events, or no longer reaches the end, items are told anew.
    if (from !== this.loader.window.from || wasAtHead !== this.loader.atHead) this.builder = null;
    else if (isIn) this.builder?.append(event);
    this.dirty ||= isIn || this.builder === null;
    this.shot = null;
  }

  items(): readonly FeedItem[] {
    if (!this.dirty) return this.built;
    this.builder ??= this.build();
    const items = this.pairs.complete(this.builder.items());
    this.built = items.filter((item) => keepsItem(item, this.filter));
    this.dirty = false;
    return this.built;
  }

  snapshot(): FeedSnapshot {
    if (this.shot) return this.shot;
    const items = this.items();
    const selectedIndex = this.follow ? items.length - 1 : itemIndexOf(items, this.selected);
    const { filter, follow, newBelow, loading, error, loader } = this;
    const [hasOlder, hasNewer] = [!loader.window.atStart, !loader.atHead];
    this.shot = { items, selectedIndex, hasOlder, hasNewer, loading, error, follow, newBelow, filter };
    return this.shot;
  }

  setVisible(first: number, last: number): void {
    this.visible = { first, last };
    const items = this.items();
    for (let index = Math.max(0, first); index <= last && index < items.length; index++) this.pairs.want(items[index]!);
    this.extend();
  }

  resolve(key: string): void {
    const item = this.items().find((known) => known.key === key);
    if (item) this.pairs.want(item);
  }

  select(key: string): void {
    const item = this.items().find((known) => known.key === key);
    if (item) this.choose(item);
  }

  moveSelection(by: number): void {
    this.retry();
    const items = this.items();
    if (items.length === 0) return;
    const from = this.snapshot().selectedIndex;
    const to = Math.min(Math.max(0, from + by), items.length - 1);
    if (this.follow && by > 0) return;
    this.choose(items[to]);
    if (by > 0 && to === items.length - 1 && this.loader.atHead && from + by >= items.length - 1) this.setFollow(true);
    // Renderers that do not say what is visible get their pages all the same.
    if (to < margin || to > items.length - margin) this.extendAround(to);
  }

  goFirst(): void {
    this.leave();
    this.selected = { seq: 0, key: "" };
    if (this.loader.window.atStart) return this.choose(this.items()[0]);
    void this.go("jump", (loader) => loader.oldest());
  }

  goLive(): void {
    this.setFollow(true);
  }

  goTo(seq: number): void {
    this.leave();
    this.selected = { seq, key: "" };
    const { window } = this.loader;
    if (seq > window.from && seq <= window.to) return this.changed();
    void this.go("jump", (loader) => loader.around(seq));
  }

  setFollow(follow: boolean): void {
    if (!follow) {
      const item = this.items().at(this.snapshot().selectedIndex);
      if (this.follow && item) this.choose(item);
      return;
    }
    this.follow = true;
    this.newBelow = 0;
    this.changed();
    if (!this.loader.atHead || this.loading === "jump") void this.go("jump", (loader) => loader.newest());
  }

  setFilter(change: Partial<FeedFilter>): void {
    this.filter = { ...this.filter, ...change };
    const { selected, follow } = this;
    this.loader = this.makeLoader(this.loader.head);
    this.invalidate();
    void this.go("jump", (loader) => (follow ? loader.newest() : loader.around(selected.seq)));
  }

  /** What could not be read is tried again; the connection is back. */
  retry(): void {
    if (this.error === null) return;
    this.error = null;
    if (this.loader.window.events.length === 0) void this.go("jump", (loader) => loader.newest());
    else this.extend();
  }

  close(): void {
    this.visit += 1;
    this.pairs.close();
  }

  private makeLoader(head: number): LogLoader {
    const { source, sessionId } = this.options;
    const { filter } = this;
    return new LogLoader({
      read: (query) => source.events(sessionId, query),
      filter: filterOfKinds(filter.kinds),
      keep: (event) => keepsEvent(event, filter),
      bounds,
      head,
    });
  }

  private build(): FeedBuilder {
    const builder = new FeedBuilder({ toHead: this.loader.atHead, state: this.options.state });
    for (const event of this.loader.window.events) builder.append(event);
    return builder;
  }

  private choose(item: FeedItem | undefined): void {
    if (!item) return;
    this.leave();
    this.selected = { seq: item.seq, key: item.key };
    this.changed();
  }

  private leave(): void {
    if (this.follow) this.newBelow = 0;
    this.follow = false;
  }

  private extend(): void {
    this.extendAround(this.visible.first, this.visible.last);
  }

  /** Loads what lies next to what is looked at. */
  private extendAround(first: number, last = first): void {
    if (this.loading !== null || this.error !== null) return;
    const count = this.items().length;
    if (first < margin && !this.loader.window.atStart && !this.follow)
      void this.go("older", (loader) => loader.older());
    else if (last > count - margin && !this.loader.atHead) void this.go("newer", (loader) => loader.newer());
    else if (count < margin && !this.loader.window.atStart) void this.go("older", (loader) => loader.older());
  }

  private async go(loading: Load, load: (loader: LogLoader) => Promise<void>): Promise<void> {
    const visit = ++this.visit;
    const { loader } = this;
    this.loading = loading;
    this.changed();
    let error: ViewError | null = null;
    try {
      await load(loader);
    } catch (caught) {
      error = toViewError(caught);
    }
    if (visit !== this.visit) return;
    this.loading = null;
    this.error = error;
    this.invalidate();
  }

  private invalidate(): void {
    this.builder = null;
    this.dirty = true;
    this.changed();
  }

  private changed(): void {
    this.shot = null;
    this.options.changed();
  }
}
