import { Worker } from "node:worker_threads";
import { AppError } from "../../core/errors.js";
import type { Operation, Operations, WorkerMessage, WorkerRequest, WorkerSettings } from "./protocol.js";

export interface Notice {
  level: "info" | "warn" | "error";
  message: string;
  detail?: object;
}

export interface ThreadOptions {
  settings: WorkerSettings;
  worker: URL;
  onProgress?: (progress: { done: number; total: number }) => void;
  onNotice?: (notice: Notice) => void;
  /** The thread died for the second time and is not started again. */
  onDeath: () => void;
}

interface Call {
  request: WorkerRequest;
  resolve: (reply: unknown) => void;
  reject: (error: AppError) => void;
}

/**
 * The worker thread of the index and the calls that wait for it. Started with the first call. A
 * thread that dies is started again once, and asked again what it did not answer.
 */
export class IndexThread {
  /** Events that are not searchable yet, as the worker said last. */
  lag = 0;
  dead = false;
  private readonly options: ThreadOptions;
  private readonly calls = new Map<number, Call>();
  private worker: Worker | undefined;
  private lastId = 0;
  private restarts = 0;
  private closing = false;

  constructor(options: ThreadOptions) {
    this.options = options;
  }

  /** @throws AppError `index_unavailable` once the thread has died twice; what the worker answers otherwise */
  call<K extends Operation>(operation: K, request: Operations[K]["request"]): Promise<Operations[K]["reply"]> {
    if (this.dead) return Promise.reject(indexUnavailable());
    this.start();
    const id = ++this.lastId;
    const message = { id, operation, request } as WorkerRequest;
    return new Promise((resolve, reject) => {
      this.calls.set(id, { request: message, resolve: resolve as Call["resolve"], reject });
      this.post(message);
    });
  }

  get started(): boolean {
    return this.worker !== undefined || this.dead;
  }

  start(): void {
    if (this.worker || this.dead) return;
    const { settings, worker: file } = this.options;
    const worker = new Worker(file, {
      workerData: settings,
      name: "index",
      execArgv: [],
      resourceLimits: { maxYoungGenerationSizeMb: 4 },
    });
    this.worker = worker;
    let cause: unknown;
    worker.on("message", (message: WorkerMessage) => this.receive(message));
    worker.on("error", (error) => (cause = error));
    worker.on("exit", () => this.ended(cause));
  }

  async close(): Promise<void> {
    if (!this.worker) return;
    const exited = new Promise((resolve) => this.worker!.once("exit", resolve));
    this.closing = true;
    this.post({ id: 0, operation: "close", request: null });
    await exited;
  }

  private post(request: WorkerRequest): void {
    this.worker?.postMessage(request);
  }

  private receive(message: WorkerMessage): void {
    if ("lag" in message) this.lag = message.lag;
    if (message.kind === "progress") this.options.onProgress?.({ done: message.done, total: message.total });
    if (message.kind === "notice")
      this.options.onNotice?.({ level: message.level, message: message.message, detail: message.detail });
    if (message.kind !== "reply" && message.kind !== "failure") return;
    const call = this.calls.get(message.id);
    this.calls.delete(message.id);
    if (message.kind === "reply") call?.resolve(message.reply);
    else call?.reject(new AppError(message.failure.code, message.failure.message));
  }

  private ended(cause: unknown): void {
    this.worker = undefined;
    if (this.closing) return this.rejectAll();
    const detail = { error: cause instanceof Error ? cause.message : String(cause) };
    if (this.restarts === 0) {
      this.restarts += 1;
      this.options.onNotice?.({ level: "warn", message: "The index stopped and is started again.", detail });
      this.start();
      for (const { request } of this.calls.values()) this.post(request);
      return;
    }
    this.dead = true;
    this.options.onNotice?.({
      level: "error",
      message: "The index stopped again. Lists and search are off until the next start, which builds it anew.",
      detail,
    });
    this.options.onDeath();
    this.rejectAll();
  }

  private rejectAll(): void {
    for (const { reject } of this.calls.values()) reject(indexUnavailable());
    this.calls.clear();
  }
}

function indexUnavailable(): AppError {
  return new AppError("index_unavailable", "The index is not running; lists and search come back with the next start.");
}
