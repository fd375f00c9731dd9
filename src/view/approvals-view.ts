import type { LiveEvent } from "../client/types.js";
import { AppError } from "../core/errors.js";
import { Frames } from "./frames.js";
import type { Observable, ViewError } from "./observable.js";
import type { ViewOptions } from "./session-list.js";
import type { ApprovalDecision, PendingApproval } from "./source.js";
import { toViewError } from "./view-error.js";

export interface ApprovalsSnapshot {
  /** False where requests cannot be answered from here (files, or remote approval is off). */
  available: boolean;
  /** Oldest first. */
  pending: readonly PendingApproval[];
  /** Approvals whose decision is on its way. */
  deciding: ReadonlySet<string>;
  error: ViewError | null;
}

export interface ApprovalsView extends Observable<ApprovalsSnapshot> {
  /** Asks the server anew; also done every few seconds while somebody listens. */
  refresh(): void;
  /** Asks at once where an event tells that a request came or went. */
  take(event: LiveEvent): void;
  /** Resolves to null once the server took it, else to what was wrong (answered or timed out meanwhile, …). */
  decide(approvalId: string, decision: ApprovalDecision): Promise<ViewError | null>;
  close(): void;
}

/** The permission requests that wait on the server, and the way to answer them. */
export function createApprovals(options: ViewOptions): ApprovalsView {
  return new ApprovalsModel(options);
}

const everyMs = 3_000;
const isWait = new Set<unknown>(["wait_started", "wait_ended"]);

class ApprovalsModel implements ApprovalsView {
  readonly getSnapshot: () => ApprovalsSnapshot;
  readonly subscribe: (listener: () => void) => () => void;
  private readonly options: ViewOptions;
  private readonly frames: Frames<ApprovalsSnapshot>;
  private available: boolean;
  private pending: readonly PendingApproval[] = [];
  private deciding: ReadonlySet<string> = new Set();
  private error: ViewError | null = null;
  private reading = false;
  private again = false;

  constructor(options: ViewOptions) {
    this.options = options;
    const { clock, framesPerSecond = 20 } = options;
    this.available = options.source.approvals !== null;
    const make = () => this.snapshot();
    this.frames = new Frames({
      clock,
      perSecond: framesPerSecond,
      tickMs: everyMs,
      make,
      onTick: () => this.refresh(),
    });
    this.getSnapshot = this.frames.getSnapshot;
    this.subscribe = this.frames.subscribe;
    this.refresh();
  }

  refresh(): void {
    if (this.reading) this.again = true;
    else void this.read();
  }

  take(event: LiveEvent): void {
    if (event.type !== "action" && event.type !== "response") return;
    if (event.data["approvalId"] !== undefined && isWait.has(event.data["type"])) this.refresh();
  }

  async decide(approvalId: string, decision: ApprovalDecision): Promise<ViewError | null> {
    const { approvals } = this.options.source;
    if (!approvals)
      return { code: "not_found", message: "Requests are answered through a server. Start one, or give its --url." };
    if (this.deciding.has(approvalId)) return null;
    this.deciding = new Set([...this.deciding, approvalId]);
    this.frames.request();
    const error = await approvals.decide(approvalId, decision).then(() => null, toViewError);
    this.deciding = new Set([...this.deciding].filter((id) => id !== approvalId));
    if (error === null) this.pending = this.pending.filter((known) => known.approvalId !== approvalId);
    this.frames.request();
    this.refresh();
    return error;
  }

  close(): void {
    this.frames.close();
  }

  private snapshot(): ApprovalsSnapshot {
    const { available, pending, deciding, error } = this;
    return { available, pending, deciding, error };
  }

  private async read(): Promise<void> {
    const { approvals } = this.options.source;
    if (!approvals) return;
    this.reading = true;
    try {
      const pending = await approvals.list();
      this.pending = pending.toSorted((a, b) => a.requestedAt.localeCompare(b.requestedAt));
      this.available = true;
      this.error = null;
    } catch (error) {
      // A server without remote approval has no such address.
      const isOff = error instanceof AppError && error.code === "not_found";
      this.available = !isOff;
      this.error = isOff ? null : toViewError(error);
      if (isOff) this.pending = [];
    }
    this.reading = false;
    this.frames.request();
    if (this.again) {
      this.again = false;
      void this.read();
    }
  }
}
