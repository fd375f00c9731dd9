import { AppError } from "../core/errors.js";
import type { SessionDeleted, SessionEvent } from "../core/event.js";
import { reduceSession, type Session } from "../core/session.js";
import { connecting, reduceConnection, type Connection } from "./connection.js";
import { FeedModel } from "./feed-model.js";
import { FindModel } from "./find-model.js";
import { Frames } from "./frames.js";
import { isPassing, keepTrying } from "./keep-trying.js";
import { MomentModel } from "./moment-model.js";
import type { ViewError } from "./observable.js";
import { RateRing } from "./rate-ring.js";
import type { ViewOptions } from "./session-list.js";
import { rateSeconds } from "./session-list-types.js";
import { emptyFeed, type FeedFilter, type SessionSnapshot, type SessionView } from "./session-view-types.js"; // prettier-ignore
import { SessionTitle } from "./session-title.js";
import { seqAtTime } from "./time-search.js";
import { toViewError } from "./view-error.js";
import { waitingOf } from "./waiting.js";

export interface SessionViewOptions extends ViewOptions {
  sessionId: string;
}

/** Begins to load and to listen at once; follows the newest events until told otherwise. */
export function createSessionView(options: SessionViewOptions): SessionView {
  return new SessionModel(options);
}

class SessionModel implements SessionView {
  readonly getSnapshot: () => SessionSnapshot;
  readonly subscribe: (listener: () => void) => () => void;
  private readonly options: SessionViewOptions;
  private readonly frames: Frames<SessionSnapshot>;
  private readonly stop = new AbortController();
  private readonly rate = new RateRing(rateSeconds);
  private connection: Connection = connecting;
  private phase: SessionSnapshot["phase"] = "loading";
  private error: ViewError | null = null;
  private session: Session | null = null;
  private feed: FeedModel | null = null;
  private moment: MomentModel;
  private finder: FindModel | null = null;
  private title: SessionTitle | null = null;
  /** Where to go once the log is there. */
  private readonly wanted: ((feed: FeedModel) => void)[] = [];

  constructor(options: SessionViewOptions) {
    this.options = options;
    const { clock, framesPerSecond = 20 } = options;
    this.frames = new Frames({ clock, perSecond: framesPerSecond, tickMs: 1_000, make: () => this.snapshot() });
    this.getSnapshot = this.frames.getSnapshot;
    this.subscribe = this.frames.subscribe;
    this.moment = this.makeMoment();
    void this.run();
  }

  setVisible = (first: number, last: number) => this.feed?.setVisible(first, last);
  moveSelection = (by: number) => this.whenReady((feed) => feed.moveSelection(by));
  select = (key: string) => this.whenReady((feed) => feed.select(key));
  resolve = (key: string) => this.feed?.resolve(key);
  goFirst = () => this.whenReady((feed) => feed.goFirst());
  goTo = (seq: number) => this.whenReady((feed) => feed.goTo(seq));
  setFollow = (follow: boolean) => this.whenReady((feed) => feed.setFollow(follow));
  setFilter = (change: Partial<FeedFilter>) => this.whenReady((feed) => feed.setFilter(change));

  goLive(): void {
    this.setMoment(null);
    this.whenReady((feed) => feed.goLive());
  }

  goToTime(at: number): void {
    this.whenReady((feed) => {
      const { source, sessionId } = this.options;
      seqAtTime(source, sessionId, feed.head, at).then(
        (seq) => feed === this.feed && this.setMoment(seq),
        (error: unknown) => this.note(error),
      );
    });
  }

  setMoment(seq: number | null): void {
    this.whenReady((feed) => {
      const at = seq === null || seq > feed.head ? null : Math.max(1, Math.floor(seq));
      void this.moment.show(at, feed.head);
      if (at !== null) feed.goTo(at);
    });
  }

  stepMoment(by: number): void {
    this.whenReady((feed) => {
      if (this.moment.seq === null && by > 0) return;
      const to = (this.moment.seq ?? feed.head) + by;
      if (to >= feed.head) this.goLive();
      else this.setMoment(Math.max(1, to));
    });
  }

  markMoment(): void {
    this.whenReady((feed) => {
      const here = this.moment.seq ?? feed.head;
      const { mark } = this.moment;
      if (mark === null) this.moment.setMark(here);
      else this.showDiff(mark, here);
    });
  }

  showDiff(from: number, to: number): void {
    this.whenReady((feed) => void this.moment.compare(from, to, feed.head));
  }

  clearDiff(): void {
    this.moment.clearDiff();
    this.frames.act();
  }

  find(query: string): void {
    this.clearFind();
    if (query === "") return;
    this.whenReady((feed) => {
      const { source, sessionId } = this.options;
      const from = feed.selectedSeq;
      const changed = () => {
        // Nothing of what is loaded matched: the source's first hits are gone to.
        if (this.finder && !this.finder.hasBegun) this.goToHit(this.finder.first(from));
        this.frames.request();
      };
      this.finder = new FindModel({ source, sessionId, query, events: feed.events, changed });
      this.goToHit(this.finder.first(from));
      this.frames.request();
    });
  }

  findNext(by: 1 | -1): void {
    this.goToHit(this.finder?.next(by, this.feed?.selectedSeq ?? 0));
    this.frames.act();
  }

  clearFind(): void {
    this.finder?.close();
    this.finder = null;
    this.frames.act();
  }

  close(): void {
    this.stop.abort();
    this.feed?.close();
    this.finder?.close();
    this.frames.close();
  }

  private goToHit(seq: number | undefined): void {
    if (seq === undefined) return;
    if (this.moment.seq === null) this.feed?.goTo(seq);
    else this.setMoment(seq);
  }

  private whenReady(act: (feed: FeedModel) => void): void {
    if (this.feed) act(this.feed);
    else this.wanted.push(act);
    this.frames.act();
  }

  private note(error: unknown): void {
    this.error = toViewError(error);
    this.frames.request();
  }

  private snapshot(): SessionSnapshot {
    const { sessionId, clock } = this.options;
    const { session, feed, moment, connection, phase, error } = this;
    const now = clock.now();
    return {
      sessionId,
      now,
      connection,
      phase,
      error,
      ...this.known(),
      head: feed?.head ?? 0,
      feed: feed?.snapshot() ?? emptyFeed,
      moment: moment.snapshot(session?.state ?? null, (seq) => feed?.timeOf(seq) ?? null),
      mark: moment.mark,
      diff: moment.diff,
      find: this.finder?.snapshot() ?? null,
      rate: this.rate.read(now),
    };
  }

  private known(): Pick<SessionSnapshot, "session" | "metadata" | "title" | "waiting"> {
    const { session } = this;
    if (!session) return { session, metadata: null, title: null, waiting: null };
    const { metadata } = session;
    return { session, metadata, title: this.title?.of(metadata) ?? null, waiting: waitingOf(metadata) };
  }

  private makeMoment(): MomentModel {
    const { source, sessionId } = this.options;
    return new MomentModel({ source, sessionId, changed: () => this.frames.request() });
  }

  /** Loads the session and follows it, and begins again where it was deleted and is made anew. */
  private async run(): Promise<void> {
    const { source, sessionId, clock, random } = this.options;
    const { signal } = this.stop;
    while (!signal.aborted && this.phase !== "failed") {
      const failed = (error: unknown, attempt: number, retryAt: number) => this.failed(error, attempt, retryAt);
      const read = () => source.session(sessionId);
      const session = await keepTrying(read, { clock, signal, failed, random });
      if (session === undefined || signal.aborted) return;
      this.open(session);
      await this.follow(session.metadata.eventCount);
    }
  }

  private open(session: Session): void {
    const { source, sessionId } = this.options;
    this.feed?.close();
    this.session = session;
    this.phase = "ready";
    this.error = null;
    this.moment = this.makeMoment();
    const { eventCount: head } = session.metadata;
    this.feed = new FeedModel({ source, sessionId, head, state: session.state, changed: () => this.frames.request() });
    for (const act of this.wanted.splice(0)) act(this.feed);
    this.frames.request();
    this.title = new SessionTitle({ source, sessionId, changed: this.frames.request });
    this.title.open(session.metadata);
  }

  private async follow(after: number): Promise<void> {
    const { source, sessionId, clock } = this.options;
    const { signal } = this.stop;
    const onStatus: Parameters<typeof source.follow>[2]["onStatus"] = (status) => {
      const before = this.connection;
      this.connection = reduceConnection(before, status, clock.now());
      if (this.connection.state === "live" && before.state !== "live") this.feed?.retry();
      this.frames.request();
    };
    try {
      for await (const event of source.follow(sessionId, after, { signal, onStatus })) {
        if (event.type === "session_deleted") return this.gone();
        this.take(event);
      }
    } catch (error) {
      if (signal.aborted) return;
      if (error instanceof AppError && error.code === "session_not_found") return this.gone();
      this.connection = {
        state: "lost",
        since: clock.now(),
        attempt: 1,
        retryAt: null,
        reason: toViewError(error).message,
      };
      if (!isPassing(error)) this.giveUp(error);
    }
  }

  private take(event: Exclude<SessionEvent | SessionDeleted, SessionDeleted>): void {
    this.session = reduceSession(this.session!, event);
    this.title?.take(event);
    this.feed!.live(event);
    this.rate.add(this.options.clock.now());
    this.frames.request();
  }

  /** A session that does not exist may yet come to be: it is looked for again. */
  private failed(error: unknown, attempt: number, retryAt: number): boolean {
    const isMissing = error instanceof AppError && error.code === "session_not_found";
    if (!isMissing && !isPassing(error)) {
      this.giveUp(error);
      return false;
    }
    this.phase = isMissing ? "missing" : this.phase;
    this.error = isMissing ? toViewError(error) : this.error;
    const { now } = this.options.clock;
    const reason = toViewError(error).message;
    if (isMissing) this.connection = reduceConnection(this.connection, { state: "live" }, now());
    else this.connection = reduceConnection(this.connection, { state: "waiting", attempt, retryAt, reason }, now());
    this.frames.request();
    return true;
  }

  private giveUp(error: unknown): void {
    this.phase = "failed";
    this.error = toViewError(error);
    this.connection = { state: "failed", since: this.options.clock.now(), error: this.error };
    this.frames.request();
  }

  private gone(): void {
    this.feed?.close();
    this.clearFind();
    this.feed = null;
    this.session = null;
    this.moment = this.makeMoment();
    this.phase = "missing";
    this.error = { code: "session_not_found", message: "The session was deleted." };
    this.frames.request();
  }
}
