import type { AppError } from "../core/errors.js";
import { eventTypes } from "../core/event.js";
import { backoffDelay, type BackoffOptions } from "./backoff.js";
import { EventBuffer } from "./event-buffer.js";
import { openConnection, type Connection } from "./live-connection.js";
import { realTimer, type LiveStatus, type SetTimer, type SubscribeOptions, type Subscription } from "./live-types.js";
import { errorOfProblem } from "./problem.js";
import { parseServerUrl } from "./request.js";
import { createResumePoint, type ResumePoint } from "./resume-point.js";
import type { LiveEvent } from "./types.js";

export interface LiveClientOptions extends BackoffOptions {
  /** Of the server, http or https. */
  url: string;
  WebSocket?: typeof globalThis.WebSocket;
  setTimer?: SetTimer;
  now?: () => number;
  heartbeatMs?: number;
  /** Bounds of what waits for the consumer: events, and characters of their JSON. */
  bufferEvents?: number;
  bufferChars?: number;
}

export interface LiveClient {
  subscribe(options: SubscribeOptions): Subscription;
}

/**
 * Live subscriptions that survive their connection: a lost one is opened again (exponential
 * backoff, full jitter) and asks for what follows the last event delivered, so that the consumer
 * sees every event once, in order. A slow consumer never makes it grow: at the bound the
 * connection is given up, and opened again from there once the consumer has caught up.
 */
export function createLiveClient(options: LiveClientOptions): LiveClient {
  const base = parseServerUrl(options.url).replace(/^http/, "ws");
  return { subscribe: (request) => new LiveSubscription(base, options, request) };
}

const eventMessages = new Set<unknown>([...eventTypes, "session_deleted"]);
/** A connection that lasted this long counts as a success: the next loss starts the backoff anew. */
const stableMs = 5_000;

class LiveSubscription implements Subscription {
  status: LiveStatus = { state: "connecting", attempt: 1 };
  private readonly buffer: EventBuffer<LiveEvent>;
  private readonly point: ResumePoint;
  private readonly options: LiveClientOptions;
  private readonly request: SubscribeOptions;
  private readonly base: string;
  private readonly setTimer: SetTimer;
  private readonly now: () => number;
  private connection: Connection | undefined;
  private wake: () => void = () => {};
  private ended = false;
  /** The connection was given up because the consumer is slow. */
  private overflowed = false;
  private readonly onAbort = () => this.close();

  constructor(base: string, options: LiveClientOptions, request: SubscribeOptions) {
    this.base = base;
    this.options = options;
    this.request = request;
    this.setTimer = options.setTimer ?? realTimer;
    this.now = options.now ?? Date.now;
    this.buffer = new EventBuffer<LiveEvent>({
      items: options.bufferEvents ?? 10_000,
      weight: options.bufferChars ?? 16_000_000,
    });
    this.point = createResumePoint(request);
    request.signal?.addEventListener("abort", this.onAbort, { once: true });
    if (request.signal?.aborted) this.close();
    else void this.run();
  }

  [Symbol.asyncIterator](): AsyncIterator<LiveEvent, undefined> {
    return {
      next: () => this.buffer.take(),
      return: async () => {
        this.close();
        return { done: true, value: undefined };
      },
    };
  }

  close(): void {
    this.finish(() => this.buffer.discard());
  }

  private fail(error: AppError): void {
    this.finish(() => this.buffer.end(error));
  }

  private finish(endBuffer: () => void): void {
    if (this.ended) return;
    this.ended = true;
    this.request.signal?.removeEventListener("abort", this.onAbort);
    endBuffer();
    this.connection?.close("closed");
    this.wake();
    this.show({ state: "closed" });
  }

  private async run(): Promise<void> {
    let attempt = 1;
    while (!this.ended) {
      this.show({ state: "connecting", attempt });
      const { reason, wasLive, lastedMs } = await this.connectOnce();
      if (this.ended) return;
      if (this.overflowed) {
        this.overflowed = false;
        this.show({ state: "paused" });
        await this.buffer.drained();
      } else {
        if (wasLive && lastedMs >= stableMs) attempt = 1;
        await this.pause(attempt, reason);
        attempt += 1;
      }
    }
  }

  private async pause(attempt: number, reason: string): Promise<void> {
    const delay = backoffDelay(attempt, this.options);
    this.show({ state: "waiting", attempt, retryAt: this.now() + delay, reason });
    await new Promise<void>((resolve) => {
      const cancel = this.setTimer(resolve, delay);
      this.wake = () => {
        cancel();
        resolve();
      };
    });
  }

  private async connectOnce(): Promise<{ reason: string; wasLive: boolean; lastedMs: number }> {
    const started = this.now();
    this.connection = openConnection({
      url: this.target(),
      WebSocket: this.options.WebSocket ?? globalThis.WebSocket,
      setTimer: this.setTimer,
      heartbeatMs: this.options.heartbeatMs ?? 20_000,
      onMessage: (message, size) => this.take(message, size),
    });
    const reason = await this.connection.closed;
    return { reason, wasLive: this.status.state === "live", lastedMs: this.now() - started };
  }

  private target(): string {
    const { session, user } = this.request;
    const parameters = new URLSearchParams();
    for (const [key, value] of Object.entries({ session, user, ...this.point.query() })) {
      if (value !== undefined) parameters.set(key, String(value));
    }
    const query = parameters.toString();
    return `${this.base}/ws${query === "" ? "" : `?${query}`}`;
  }

  private take(message: Record<string, unknown>, size: number): void {
    if (message["type"] === "connected") this.greet(message);
    else if (message["type"] === "error") this.refuse(message);
    else if (eventMessages.has(message["type"])) this.takeEvent(message as unknown as LiveEvent, size);
  }

  private greet(message: Record<string, unknown>): void {
    const replaced = this.point.connected(message);
    this.show({ state: "live" });
    if (!replaced) return;
    const timestamp = String(message["timestamp"]);
    this.buffer.push({ type: "session_deleted", sessionId: this.request.session!, timestamp }, 100);
    this.connection?.close("the session was replaced");
  }

  /** What the server refuses will be refused again: the consumer hears of it. */
  private refuse(message: Record<string, unknown>): void {
    const error = errorOfProblem(message);
    if (error && !error.retryable && error.code !== "internal") this.fail(error);
    else this.connection?.close(error?.message ?? "the server failed");
  }

  private takeEvent(event: LiveEvent, size: number): void {
    const verdict = this.point.accept(event);
    if (verdict === "gap") this.connection?.close("events were missing");
    if (verdict !== "deliver") return;
    this.buffer.push(event, size);
    if (!this.buffer.full) return;
    this.overflowed = true;
    this.connection?.close("the consumer is slow");
  }

  private show(status: LiveStatus): void {
    this.status = status;
    this.request.onStatus?.(status);
  }
}
