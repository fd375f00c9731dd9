import type { SessionEvent } from "../core/event.js";
import { initialState, reduceState, type State } from "../core/state.js";
import type { EventFilter, ViewSource } from "./source.js";

/** The state is asked of the source at every so many events at most; between them it is folded here. */
const stride = 5_000;
const pageSize = 1_000;
/** How many strides are remembered. */
const remembered = 6;

/** The events that change a state. */
const stateEvents: EventFilter = {
  types: ["session_created", "state_updated", "goal_added", "goal_updated", "agent_spawned", "agent_completed"],
};

/** The part of a log between two checkpoints: the state before it, and what changes it, up to seq `to`. */
interface Segment {
  base: State;
  events: readonly SessionEvent[];
  to: number;
  /** The fold that was done last: stepping on costs one event. */
  fold: { state: State; next: number };
}

/**
 * A session's state at any seq, by the one reducer. A log only ever grows, so that what was read
 * once stays true.
 */
export class StateHistory {
  private readonly source: Pick<ViewSource, "events" | "stateAt">;
  private readonly sessionId: string;
  private readonly segments = new Map<number, Promise<Segment>>();

  constructor(source: Pick<ViewSource, "events" | "stateAt">, sessionId: string) {
    this.source = source;
    this.sessionId = sessionId;
  }

  /** The state after the first `seq` events of a log that has at least `head`. */
  async at(seq: number, head: number): Promise<State> {
    if (seq <= 0) return initialState(this.sessionId);
    const index = Math.floor((seq - 1) / stride);
    return stateIn(await this.segment(index, seq, head), seq);
  }

  private async segment(index: number, seq: number, head: number): Promise<Segment> {
    const known = this.segments.get(index);
    const segment = await known?.catch(() => undefined);
    if (known && segment && segment.to >= seq) {
      this.remember(index, known);
      return segment;
    }
    const loading = this.load(index, segment, Math.min((index + 1) * stride, head));
    this.remember(index, loading);
    loading.catch(() => this.segments.get(index) === loading && this.segments.delete(index));
    return loading;
  }

  private async load(index: number, known: Segment | undefined, to: number): Promise<Segment> {
    const base = known?.base ?? (await this.base(index));
    const more = await this.changes(known?.to ?? index * stride, to);
    const events = known ? [...known.events, ...more] : more;
    return { base, events, to, fold: known?.fold ?? { state: base, next: 0 } };
  }

  /** What changes the state above `after` and up to `to`. */
  private async changes(after: number, to: number): Promise<SessionEvent[]> {
    const events: SessionEvent[] = [];
    while (after < to) {
      const query = { after, before: to + 1, limit: pageSize, filter: stateEvents };
      const page = await this.source.events(this.sessionId, query);
      events.push(...page.events);
      after = page.more ? (page.events.at(-1)?.seq ?? to) : to;
    }
    return events;
  }

  /** The state where a segment begins: the end of the one before it, where that is here, else the source's. */
  private async base(index: number): Promise<State> {
    if (index === 0) return initialState(this.sessionId);
    const start = index * stride;
    const before = await this.segments.get(index - 1)?.catch(() => undefined);
    return before?.to === start ? stateIn(before, start) : this.source.stateAt(this.sessionId, start);
  }

  private remember(index: number, segment: Promise<Segment>): void {
    this.segments.delete(index);
    this.segments.set(index, segment);
    if (this.segments.size > remembered) this.segments.delete(this.segments.keys().next().value!);
  }
}

function stateIn(segment: Segment, seq: number): State {
  const { fold, base, events } = segment;
  let { state, next } = fold.state.seq <= seq ? fold : { state: base, next: 0 };
  for (; next < events.length && events[next]!.seq <= seq; next++) state = reduceState(state, events[next]!);
  segment.fold = { state, next };
  return state.seq === seq ? state : { ...state, seq };
}
