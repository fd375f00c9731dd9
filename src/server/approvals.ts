import { randomBytes } from "node:crypto";
import { AppError } from "../core/errors.js";
import type { JsonValue } from "../core/json.js";
import type { SetTimer } from "./hub/pacer.js";

/** What an agent asks a person to allow. Times are RFC 3339. */
export interface Approval {
  approvalId: string;
  sessionId: string;
  tool: string;
  input: JsonValue;
  message: string;
  requestedAt: string;
  /** From then on the agent asks where it runs, as it would have done at once. */
  expiresAt: string;
}

export interface Decision {
  decision: "allow" | "deny";
  reason?: string;
}

/** An approval that waits; whoever opened it hears the answer, or nothing. */
export interface OpenApproval {
  approvalId: string;
  /** The answer; undefined where nobody gave one in time, or the agent went away. */
  answer: Promise<Decision | undefined>;
  /** The agent no longer waits. */
  withdraw(): void;
}

interface Waiting {
  approval: Approval;
  deciding: boolean;
  cancel(): void;
  resolve(answer: Decision | undefined): void;
}

interface ApprovalsOptions {
  /** Puts the decision into the session's log; resolves with its seq once it is durable. */
  tell(approval: Approval, decision: Decision): Promise<number>;
  now: () => number;
  setTimer: SetTimer;
}

const mostWaiting = 1000;
const mostRemembered = 1000;

/**
 * Permission requests that agents let people answer from elsewhere. They live as long as the agent's
 * own request does, in memory: after a restart the agent asks where it runs. What was decided is an
 * event of the session, durable before the agent hears.
 */
export class Approvals {
  private readonly options: ApprovalsOptions;
  private readonly waiting = new Map<string, Waiting>();
  /** How those ended that no longer wait, so that a second answer hears of the first. */
  private readonly ended = new Map<string, string>();

  constructor(options: ApprovalsOptions) {
    this.options = options;
  }

  /** @throws AppError `too_many_approvals` where more wait than anyone could answer */
  open(request: Pick<Approval, "sessionId" | "tool" | "input" | "message">, waitMs: number): OpenApproval {
    if (this.waiting.size >= mostWaiting) {
      throw new AppError("too_many_approvals", `${mostWaiting} requests wait for an answer already.`);
    }
    const approvalId = randomBytes(6).toString("hex");
    const time = (at: number): string => new Date(at).toISOString();
    const now = this.options.now();
    const { promise: answer, resolve } = Promise.withResolvers<Decision | undefined>();
    this.waiting.set(approvalId, {
      approval: { approvalId, ...request, requestedAt: time(now), expiresAt: time(now + waitMs) },
      deciding: false,
      cancel: this.options.setTimer(() => this.expire(approvalId), waitMs),
      resolve,
    });
    return {
      approvalId,
      answer,
      withdraw: () => this.end(approvalId, undefined, "is over: the agent no longer waits"),
    };
  }

  /** Those that wait, oldest first. */
  pending(): Approval[] {
    return [...this.waiting.values()].filter(({ deciding }) => !deciding).map(({ approval }) => approval);
  }

  /** @throws AppError `approval_not_found`, `approval_closed`, and as `tell` does */
  async decide(approvalId: string, decision: Decision): Promise<{ approval: Approval; seq: number }> {
    const found = this.find(approvalId);
    found.deciding = true;
    try {
      const seq = await this.options.tell(found.approval, decision);
      this.end(approvalId, decision, decision.decision === "allow" ? "was allowed already" : "was denied already");
      return { approval: found.approval, seq };
    } catch (error) {
      found.deciding = false;
      throw error;
    }
  }

  /** The agent went on without: it was answered where it runs, or needs no answer any more. */
  settle(approvalId: string): void {
    if (this.waiting.get(approvalId)?.deciding) return;
    this.end(approvalId, undefined, "is over: the agent went on");
  }

  /** Lets every agent ask where it runs. */
  close(): void {
    for (const approvalId of this.waiting.keys()) this.end(approvalId, undefined, "is over: the server stopped");
  }

  private find(approvalId: string): Waiting {
    const found = this.waiting.get(approvalId);
    if (found && !found.deciding) return found;
    const outcome = found ? "is being answered by someone else" : this.ended.get(approvalId);
    if (outcome !== undefined) throw new AppError("approval_closed", `The request ${approvalId} ${outcome}.`);
    throw new AppError(
      "approval_not_found",
      `No agent waits for an answer to '${approvalId}'. GET /api/approvals lists the requests that wait.`,
    );
  }

  private expire(approvalId: string): void {
    if (this.waiting.get(approvalId)?.deciding) return;
    this.end(approvalId, undefined, "was not answered in time; it is asked where the agent runs");
  }

  private end(approvalId: string, answer: Decision | undefined, outcome: string): void {
    const found = this.waiting.get(approvalId);
    if (!found) return;
    this.waiting.delete(approvalId);
    found.cancel();
    this.ended.set(approvalId, outcome);
    if (this.ended.size > mostRemembered) this.ended.delete(this.ended.keys().next().value!);
    found.resolve(answer);
  }
}
