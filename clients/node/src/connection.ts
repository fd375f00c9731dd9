import { sendHeartbeat } from "./direct.js";
import type { HookAgentError } from "./errors.js";
import { checkObject, draftEvent, type Draft, type EventType } from "./events.js";
import { unwatchExit, watchExit, type Exiting } from "./exit.js";
import { HttpClient } from "./http.js";
import { toPlain } from "./plain.js";
import { Queue, type Entry, type Outcome } from "./queue.js";
import { createRedact, type Redact } from "./redact.js";
import { Sender } from "./sender.js";
import type { Settings } from "./settings.js";
import { Spool } from "./spool/spool.js";
import type { Warnings } from "./warnings.js";

/** How often others' files are looked for and one's own shown to be in use. */
const lookAroundMs = 15_000;

export interface Queued extends Draft {
  /** Resolves when the event is stored, refused or dropped. */
  outcome: Promise<Outcome>;
}

/** One session's way to the server: queue, spool, sender, heartbeat. */
export class Connection implements Exiting {
  readonly http: HttpClient;
  readonly sessionId: string;
  readonly handlesSignals: boolean;
  private readonly settings: Settings;
  private readonly warnings: Warnings;
  private readonly redact: Redact;
  private readonly queue: Queue;
  private readonly spool: Spool | undefined;
  private readonly sender: Sender;
  private readonly timers: NodeJS.Timeout[] = [];
  private beating = false;
  private closed = false;

  constructor(sessionId: string, settings: Settings, warnings: Warnings) {
    this.sessionId = sessionId;
    this.settings = settings;
    this.warnings = warnings;
    this.handlesSignals = settings.handleSignals;
    this.http = new HttpClient(settings.url, settings.requestTimeoutMs);
    this.redact = createRedact(settings.redact);
    this.queue = new Queue({
      ...settings,
      now,
      clock,
      onDrop: (entry) => this.onDrop(entry),
      onDropsTold: () => this.spool?.dropsTold(),
    });
    this.spool = this.openSpool();
    const { http, queue, spool } = this;
    this.sender = new Sender({ sessionId, settings, http, queue, spool, warnings, now, clock, random: Math.random });
    this.every(lookAroundMs, () => this.lookAround());
    watchExit(this);
    this.sender.addLeft(this.spool?.takeOver() ?? []);
  }

  private openSpool(): Spool | undefined {
    const { spool: root } = this.settings;
    if (root === undefined) return undefined;
    return Spool.open({
      root,
      sessionId: this.sessionId,
      now: Date.now,
      onTrouble: (reason) => {
        const message = `unsent events are kept in memory alone and end with the process, since the spool cannot be written (${reason}). Point CLAUDE_SESSIONS_SPOOL at a folder that can.`;
        this.warnings.tell("spool", message);
      },
      waiting: () => this.queue.entries(),
      dropped: () => this.queue.pendingDrops,
    });
  }

  private every(ms: number, work: () => void): void {
    const timer = setInterval(work, ms);
    timer.unref();
    this.timers.push(timer);
  }

  private lookAround(): void {
    this.spool?.touch();
    this.sender.addLeft(this.spool?.takeOver() ?? []);
  }

  private onDrop(entry: Entry): void {
    this.spool?.drop(entry);
    const message = `more events wait than maxQueue allows, so the oldest are dropped. The server will be told how many; check that it answers at ${this.settings.url.origin}.`;
    this.warnings.tell("dropped", message);
    queueMicrotask(() => this.sender.notify());
  }

  /**
   * Puts an event into the queue and the spool. What is wrong with it makes it a dead letter.
   *
   * @throws InvalidInputError, TooLargeError
   */
  enqueue(type: EventType, input: unknown, make: () => { data: unknown; ownId?: string | undefined }): Queued {
    const { maxEventBytes } = this.settings;
    try {
      const { data, ownId } = make();
      const rules = { maxEventBytes, redact: this.redact, now };
      const draft = draftEvent(type, checkObject(data, type), rules, ownId);
      return { ...draft, outcome: this.add(draft) };
    } catch (error) {
      this.bury(type, input, error as HookAgentError);
      throw error;
    }
  }

  private add({ event }: Draft): Promise<Outcome> {
    return new Promise((settle) => {
      const entry = this.queue.add({ ...event, settle });
      this.spool?.add(entry);
      if (!this.beating) this.startHeartbeat();
      this.sender.kick();
    });
  }

  private bury(type: EventType, input: unknown, { code, message }: HookAgentError): void {
    const data = this.redact(toPlain(input));
    this.spool?.deadLetters.add([
      { at: now().toISOString(), code: code ?? "internal", status: null, message, event: { type, data } },
    ]);
  }

  /** From the first event on; one that fails is not tried again, since an old sign of life says nothing. */
  private startHeartbeat(): void {
    this.beating = true;
    const { heartbeatMs } = this.settings;
    if (heartbeatMs <= 0) return;
    this.every(heartbeatMs, () => void sendHeartbeat(this.http, this.sessionId).catch(() => undefined));
  }

  /** Whether everything that is queued by now was done with in this time; the process stays alive for it. */
  async flush(timeoutMs: number): Promise<boolean> {
    if (this.sender.isIdle) return true;
    return within(timeoutMs, this.sender.drained());
  }

  hasUnsent(): boolean {
    return !this.sender.isIdle;
  }

  hasten(): void {
    this.sender.tryNow();
    void this.sender.drained();
  }

  async flushAtExit(): Promise<void> {
    this.sender.tryNow();
    await this.flush(this.settings.exitTimeoutMs);
  }

  letGo(): void {
    if (this.closed) return;
    this.closed = true;
    this.tellLost();
    this.spool?.close({ free: false });
  }

  private tellLost(): void {
    let lost = 0;
    for (const { place, ordinal } of this.queue.entries()) if (!place && ordinal !== undefined) lost += 1;
    if (lost === 0) return;
    const what = lost === 1 ? "1 event was" : `${lost} events were`;
    const message = `${what} lost: not sent in time, and on no disk. Give the agent a spool, or more time to close.`;
    this.warnings.tell("dropped", message);
  }

  /** Sends what it can within the time, and ends; what is unsent then is the next agent's. */
  async close(timeoutMs: number): Promise<void> {
    await this.flush(timeoutMs);
    this.sender.stop();
    for (const timer of this.timers) clearInterval(timer);
    unwatchExit(this);
    if (this.closed) return;
    this.closed = true;
    this.tellLost();
    this.spool?.close({ free: true });
  }
}

function now(): Date {
  return new Date();
}

function clock(): number {
  return performance.now();
}

/** Whether it resolved in this time. Until then the process stays alive. */
export async function within(timeoutMs: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<false>((resolve) => {
    timer = setTimeout(() => resolve(false), Math.min(timeoutMs, 2 ** 31 - 1));
  });
  try {
    return await Promise.race([work.then(() => true as const), timeout]);
  } finally {
    clearTimeout(timer);
  }
}
