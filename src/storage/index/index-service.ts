import { AppError } from "../../core/errors.js";
import { Catalogue } from "./catalogue.js";
import { Counters } from "./counters.js";
import type {
  BatchEntry,
  SearchReply,
  SearchRequest,
  WorkerMessage,
  WorkerRequest,
  WorkerSettings,
} from "./protocol.js";
import { countDifferences, inSavedTransaction, reconcile } from "./reconcile.js";
import {
  markComplete,
  openIndexFile,
  openIndexForReading,
  openIndexInMemory,
  removeIndexFile,
  syncIndex,
  type OpenedIndex,
} from "./schema.js";
import { Searcher } from "./search.js";
import { isCorruption } from "./sqlite.js";
import { Teller } from "./teller.js";
import { TextIndex } from "./text-index.js";
import { TextSchedule } from "./text-schedule.js";

/** Everything that works on one opened index. */
interface Parts {
  opened: OpenedIndex;
  counters: Counters;
  catalogue: Catalogue;
  searcher: Searcher;
  schedule: TextSchedule | undefined;
}

/** The index itself, as the worker thread runs it: takes requests, sends replies, progress and notices. */
export class IndexService {
  private readonly settings: WorkerSettings;
  private readonly send: (message: WorkerMessage) => void;
  private readonly die: (error: unknown) => void;
  private readonly teller = new Teller();
  private parts: Parts;
  /** Settles once the catalogue holds every folder; rejects where that cannot be. */
  private readonly catalogued: Promise<void>;
  private closed = false;
  private died = false;
  private textFailed = false;

  /** `die` ends the thread; nothing is asked of this service any more. */
  constructor(settings: WorkerSettings, send: (message: WorkerMessage) => void, die = throwLater) {
    this.settings = settings;
    this.send = send;
    this.die = die;
    this.parts = this.assemble(this.open());
    this.catalogued = this.start();
    this.catalogued.catch(() => undefined);
  }

  async handle(request: WorkerRequest): Promise<void> {
    const { id } = request;
    if (this.closed) return;
    try {
      const reply = await this.run(request);
      this.send({ kind: "reply", id, reply, lag: this.lag });
    } catch (error) {
      if (this.diesOf(error) || this.died) return;
      const { code, message } = error instanceof AppError ? error : indexUnavailable(error);
      this.send({ kind: "failure", id, failure: { code, message }, lag: this.lag });
    }
  }

  private async run(request: WorkerRequest): Promise<unknown> {
    if (request.operation === "update") return this.update(request.request);
    if (request.operation === "close") return this.close();
    if (request.operation === "checkpoint") return this.checkpoint();
    await this.catalogued;
    switch (request.operation) {
      case "list":
        return this.parts.catalogue.list(request.request);
      case "stats":
        return this.parts.counters.stats();
      case "search":
        return this.search(request.request);
      case "catchUp":
        return this.parts.schedule?.caughtUp();
    }
  }

  private update(batch: string): void {
    const { opened, counters, catalogue, schedule } = this.parts;
    if (!opened.writable) return;
    inSavedTransaction(opened.db, counters, () => {
      for (const entry of JSON.parse(batch) as BatchEntry[]) catalogue.apply(entry);
    });
    if (!this.settings.readOnly) schedule?.wake();
  }

  /** An index that is still being built needs no sync: it would be built anew, from everything there is. */
  private checkpoint(): void {
    const { db, complete, writable } = this.parts.opened;
    if (complete && writable) syncIndex(db);
  }

  private async search(request: SearchRequest): Promise<SearchReply> {
    await this.parts.schedule?.caughtUp(this.settings.searchWait);
    return this.parts.searcher.search(request);
  }

  private close(): void {
    this.closed = true;
    this.parts.schedule?.close();
    this.parts.opened.db.close();
  }

  private get lag(): number {
    return this.parts.counters.lag;
  }

  private open(): OpenedIndex {
    const { path, readOnly } = this.settings;
    if (readOnly) return openIndexForReading(path) ?? openIndexInMemory();
    return openIndexFile(path, (reason) =>
      this.notice("warn", "The index cannot be used and is built anew from the session files.", { reason }),
    );
  }

  private assemble(opened: OpenedIndex): Parts {
    const { db, writable } = opened;
    const { sessionsPath } = this.settings;
    const counters = new Counters(db, writable);
    const catalogue = new Catalogue(db, counters);
    const searcher = new Searcher({ db, sessionsPath, teller: this.teller, nextDoc: () => counters.load().next_doc });
    return {
      opened,
      counters,
      catalogue,
      searcher,
      schedule: writable ? this.scheduleText(opened, counters, catalogue) : undefined,
    };
  }

  private scheduleText({ db }: OpenedIndex, counters: Counters, catalogue: Catalogue): TextSchedule {
    const { teller } = this;
    const onNotice = (message: string, detail: object): void => this.notice("warn", message, detail);
    const index = new TextIndex({
      db,
      counters,
      catalogue,
      sessionsPath: this.settings.sessionsPath,
      teller,
      onNotice,
    });
    return new TextSchedule({
      index,
      teller,
      onStep: () => {
        this.textFailed = false;
        this.send({ kind: "lag", lag: counters.lag });
      },
      onFailure: (error) => this.textFailure(error),
    });
  }

  /** What an unchanged catalogue needs is done behind its back; a new one is waited for. */
  private async start(): Promise<void> {
    if (!this.parts.opened.writable && (await this.differsFromFolders())) {
      this.parts.opened.db.close();
      this.parts = this.assemble(openIndexInMemory());
    }
    if (!this.parts.opened.writable) return;
    const whole = this.reconcile();
    if (!this.parts.opened.complete) return whole;
    whole.catch((error: unknown) =>
      this.notice("error", "The index could not be compared with the session folders.", describe(error)),
    );
  }

  private async reconcile(): Promise<void> {
    const { opened, schedule } = this.parts;
    try {
      await reconcile(this.reconcileOptions());
      if (this.closed) return;
      if (!opened.complete) markComplete(opened.db);
      opened.complete = true;
      if (!this.settings.readOnly) schedule?.wake();
    } catch (error) {
      if (!this.diesOf(error)) throw error;
    }
  }

  /** Asked twice, since a server may be writing both: what differs for good differs the second time. */
  private async differsFromFolders(): Promise<boolean> {
    return (
      (await countDifferences(this.reconcileOptions())) > 0 && (await countDifferences(this.reconcileOptions())) > 0
    );
  }

  private reconcileOptions(): Parameters<typeof reconcile>[0] {
    const { opened, catalogue, counters } = this.parts;
    return {
      db: opened.db,
      catalogue,
      counters,
      sessionsPath: this.settings.sessionsPath,
      rebuild: !opened.complete,
      isClosed: () => this.closed,
      onProgress: (progress) => this.send({ kind: "progress", ...progress }),
      onNotice: (message, detail) => this.notice("warn", message, detail),
    };
  }

  private textFailure(error: unknown): void {
    if (this.diesOf(error)) return;
    if (!this.textFailed)
      this.notice(
        "error",
        "New events are not searchable for now; it is tried again with the next ones.",
        describe(error),
      );
    this.textFailed = true;
  }

  private notice(level: "info" | "warn" | "error", message: string, detail: object): void {
    this.send({ kind: "notice", level, message, detail });
  }

  /**
   * True where the file is damaged: it goes away and so does the thread, without an answer. The one
   * that is started next builds a new index and is asked again.
   */
  private diesOf(error: unknown): boolean {
    if (!isCorruption(error)) return false;
    if (this.closed) return true;
    this.died = true;
    this.close();
    if (!this.settings.readOnly) removeIndexFile(this.settings.path);
    this.die(error);
    return true;
  }
}

function throwLater(error: unknown): void {
  setImmediate(() => {
    throw error;
  });
}

function describe(error: unknown): object {
  return { error: error instanceof Error ? error.message : String(error) };
}

function indexUnavailable(cause: unknown): AppError {
  return new AppError(
    "index_unavailable",
    "The index failed; lists and search are not answered for now. Retry in a moment.",
    { cause },
  );
}
