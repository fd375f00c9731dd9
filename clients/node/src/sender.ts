import { attemptBatch, type Attempt } from "./attempt.js";
import { RefusedError } from "./errors.js";
import type { EventType } from "./events.js";
import type { HttpClient } from "./http.js";
import { parseObject } from "./json.js";
import { backoffMs, Pause } from "./pause.js";
import { dropEvent, type Entry, type Queue } from "./queue.js";
import type { Settings } from "./settings.js";
import { readLeftFile, type LeftEvents, type LeftFile } from "./spool/left-behind.js";
import type { Spool } from "./spool/spool.js";
import type { Warnings } from "./warnings.js";

type Refusal = Extract<Attempt, { kind: "refused" }>;
type Again = Extract<Attempt, { kind: "again" }>;

/** So many failed attempts in a row are worth telling. */
const failuresToTell = 3;

export interface SenderOptions {
  sessionId: string;
  settings: Settings;
  http: HttpClient;
  queue: Queue;
  spool: Spool | undefined;
  warnings: Warnings;
  now: () => Date;
  clock: () => number;
  random: () => number;
}

interface Waiter {
  ordinal: number;
  resolve: () => void;
}

/** Sends what is queued, one request at a time, in order; what a dead process left comes first. */
export class Sender {
  private readonly options: SenderOptions;
  private readonly left: LeftFile[] = [];
  private readonly waiters = new Set<Waiter>();
  private readonly backoff: Pause;
  private linger: NodeJS.Timeout | undefined;
  private running = false;
  private stopped = false;
  /** Somebody waits for what was queued up to here, and for what was left behind. */
  private urgentThrough = 0;
  private leftIsUrgent = false;
  private leftSince = 0;
  private failures = 0;
  /** The wait that the server itself asked for is not cut short. */
  private serverAskedToWait = false;

  constructor(options: SenderOptions) {
    this.options = options;
    this.backoff = new Pause(options.clock);
  }

  get isIdle(): boolean {
    return this.options.queue.isEmpty && this.left.length === 0 && !this.running;
  }

  /** Also sends what is in these files, before what is queued and not in a request yet. */
  addLeft(files: readonly LeftFile[]): void {
    if (files.length === 0) return;
    if (this.left.length === 0) this.leftSince = this.options.clock();
    this.left.push(...files);
    this.kick();
  }

  /** Something was queued. */
  kick(): void {
    if (this.running || this.stopped) return;
    if (this.isDue()) return this.start();
    if (this.linger) return;
    this.linger = setTimeout(() => this.start(), this.options.settings.flushIntervalMs);
    this.linger.unref();
  }

  private start(): void {
    clearTimeout(this.linger);
    this.linger = undefined;
    if (!this.running && !this.stopped) void this.run();
  }

  /** Resolves once everything that is queued by now is done with; send it at once. */
  drained(): Promise<void> {
    const ordinal = this.options.queue.newest;
    this.urgentThrough = Math.max(this.urgentThrough, ordinal);
    this.leftIsUrgent = true;
    if (!this.serverAskedToWait) this.backoff.shorten(this.options.settings.backoffMs);
    this.start();
    return new Promise((resolve) => {
      this.waiters.add({ ordinal, resolve });
      this.notify();
    });
  }

  /** Does not wait for the rest of a pause. */
  tryNow(): void {
    if (!this.serverAskedToWait) this.backoff.end();
  }

  /** Tells those whose events are done with. */
  notify(): void {
    const { queue } = this.options;
    const others = this.left.length > 0 || queue.hasOthers;
    if (!others) this.leftIsUrgent = false;
    if (this.waiters.size === 0) return;
    const oldest = queue.oldestOwn()?.ordinal ?? Number.POSITIVE_INFINITY;
    for (const waiter of this.waiters) {
      if (others || oldest <= waiter.ordinal) continue;
      this.waiters.delete(waiter);
      waiter.resolve();
    }
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.linger);
    this.backoff.end();
    this.options.http.close();
  }

  private async run(): Promise<void> {
    this.running = true;
    try {
      while (!this.stopped && this.isDue()) {
        await this.readLeft();
        this.options.spool?.check();
        await this.sendBatch();
      }
    } finally {
      this.running = false;
      this.notify();
    }
    if (!this.stopped && (!this.options.queue.isEmpty || this.left.length > 0)) this.kick();
  }

  /** A batch that was taken goes on; the rest once it is enough, or someone waits, or it has waited long enough. */
  private isDue(): boolean {
    const { queue, settings, clock } = this.options;
    if (queue.hasTaken || queue.hasFullBatch) return true;
    const since = this.left.length > 0 ? this.leftSince : queue.oldestQueuedAt();
    if (since === undefined) return false;
    if (this.leftIsUrgent && (this.left.length > 0 || queue.hasOthers)) return true;
    const oldest = queue.oldestOwn()?.ordinal ?? Number.POSITIVE_INFINITY;
    return oldest <= this.urgentThrough || clock() - since >= settings.flushIntervalMs - 1;
  }

  /** Reads enough of what was left behind for the next request. */
  private async readLeft(): Promise<void> {
    const { queue, settings } = this.options;
    while (this.left.length > 0 && !queue.hasTaken && queue.leftCount < settings.batchSize) {
      const found = await readLeftFile(this.left[0]!);
      this.left.shift();
      if (found) this.takeIn(found);
    }
  }

  private takeIn({ file, events, dropped }: LeftEvents): void {
    const { queue, spool, now } = this.options;
    if (dropped) {
      const told = () => (events.length > 0 ? file.saveDropped(null) : file.remove());
      queue.addLeft({ ...dropEvent(dropped, now()), told });
    }
    for (const event of events) {
      queue.addLeft({ ...event, type: event.type as EventType, bytes: Buffer.byteLength(event.line) });
    }
    if (events.length > 0 || !dropped) spool?.adopt(file);
  }

  private async sendBatch(): Promise<void> {
    const { http, sessionId, queue } = this.options;
    const batch = queue.take(this.left.length === 0);
    if (batch.length === 0) return this.notify();
    const attempt = await attemptBatch(http, sessionId, batch);
    if (attempt.kind === "again") {
      queue.release();
      return this.waitToTryAgain(attempt);
    }
    this.failures = 0;
    if (attempt.kind === "refused" && attempt.split) return queue.halve();
    queue.finish();
    if (attempt.kind === "refused") this.bury(batch, attempt);
    else this.acknowledge(batch, attempt);
    this.options.spool?.finish(batch);
    this.notify();
  }

  private acknowledge(batch: readonly Entry[], { seqs, resumed }: Extract<Attempt, { kind: "stored" }>): void {
    for (const [i, entry] of batch.entries()) {
      entry.told?.();
      entry.settle?.({ kind: "stored", seq: seqs[i], resumed });
    }
  }

  private bury(batch: readonly Entry[], { status, code, message }: Refusal): void {
    const { warnings, spool, now } = this.options;
    const at = now().toISOString();
    const kept = spool?.deadLetters.add(
      batch.map(({ line }) => ({ at, code: code ?? "refused", status, message, event: parseObject(line) ?? line })),
    );
    const where = kept ? `It is kept in ${spool!.deadLetters.path}` : "It is lost";
    warnings.tell(
      "refused",
      `the server refused an event for good (${status}): ${message}. ${where}; mend what logs it.`,
    );
    const error = new RefusedError(message, { status, ...(code === undefined ? {} : { serverCode: code }) });
    for (const entry of batch) entry.settle?.({ kind: "refused", error });
  }

  private async waitToTryAgain({ reason, afterMs }: Again): Promise<void> {
    if (this.stopped) return;
    const { settings, warnings, spool, random } = this.options;
    this.failures += 1;
    if (this.failures === failuresToTell) {
      const where = spool ? "on disk" : "in memory";
      warnings.tell(
        "unreachable",
        `no events reach ${settings.url.origin} (${reason}). They wait ${where} until they do; check SESSION_SERVICE_URL and the server.`,
      );
    }
    const own = backoffMs(this.failures, settings.backoffMs, settings.backoffMaxMs, random);
    this.serverAskedToWait = afterMs > own;
    await this.backoff.wait(Math.max(own, afterMs));
    this.serverAskedToWait = false;
  }
}
