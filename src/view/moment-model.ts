import type { State } from "../core/state.js";
import { diffJson } from "./json-diff.js";
import type { ViewError } from "./observable.js";
import type { DiffSnapshot, MomentSnapshot } from "./session-view-types.js";
import { StateHistory } from "./state-history.js";
import type { ViewSource } from "./source.js";
import { toViewError } from "./view-error.js";

export interface MomentModelOptions {
  source: Pick<ViewSource, "events" | "stateAt">;
  sessionId: string;
  changed(): void;
}

const noChanges: DiffSnapshot["changes"] = [];

/** The state at a moment of the past, and what changed between two of them. */
export class MomentModel {
  /** Null for now. */
  seq: number | null = null;
  mark: number | null = null;
  diff: DiffSnapshot | null = null;
  private readonly options: MomentModelOptions;
  private readonly history: StateHistory;
  private state: State | null = null;
  private loading = false;
  private error: ViewError | null = null;
  private shot: MomentSnapshot | null = null;
  private diffs = 0;

  constructor(options: MomentModelOptions) {
    this.options = options;
    this.history = new StateHistory(options.source, options.sessionId);
  }

  /** `live` is the state now; `timeOf` tells when an event happened that is at hand. */
  snapshot(live: State | null, timeOf: (seq: number) => number | null): MomentSnapshot {
    const { seq, loading, error } = this;
    const state = seq === null ? live : this.state;
    const at = seq === null ? null : timeOf(seq);
    const before = this.shot;
    const isSame =
      before?.state === state &&
      before.seq === seq &&
      before.at === at &&
      before.loading === loading &&
      before.error === error;
    if (!isSame) this.shot = { seq, state, at, loading, error };
    return this.shot!;
  }

  /** Shows the state after event `seq` of a log that has at least `head`; null for now. */
  async show(seq: number | null, head: number): Promise<void> {
    this.seq = seq;
    this.error = null;
    this.loading = seq !== null;
    this.options.changed();
    if (seq === null) {
      this.state = null;
      return;
    }
    try {
      const state = await this.history.at(seq, head);
      if (this.seq !== seq) return;
      this.state = state;
    } catch (error) {
      if (this.seq !== seq) return;
      this.error = toViewError(error);
    }
    this.loading = false;
    this.options.changed();
  }

  setMark(seq: number | null): void {
    this.mark = seq;
    this.options.changed();
  }

  async compare(from: number, to: number, head: number): Promise<void> {
    const count = ++this.diffs;
    this.mark = null;
    this.diff = { from, to, changes: noChanges, loading: true, error: null };
    this.options.changed();
    const diff = await this.read(from, to, head);
    if (count !== this.diffs) return;
    this.diff = diff;
    this.options.changed();
  }

  clearDiff(): void {
    this.diffs += 1;
    this.diff = null;
    this.mark = null;
    this.options.changed();
  }

  private async read(from: number, to: number, head: number): Promise<DiffSnapshot> {
    try {
      const [before, after] = await Promise.all([this.history.at(from, head), this.history.at(to, head)]);
      const changes = diffJson(compared(before), compared(after));
      return { from, to, changes, loading: false, error: null };
    } catch (error) {
      return { from, to, changes: noChanges, loading: false, error: toViewError(error) };
    }
  }
}

/** Without the counters that every event moves. */
function compared(state: State): Omit<State, "seq" | "version"> & { [key: string]: State[string] } {
  const { seq: _seq, version: _version, ...rest } = state;
  return rest;
}
