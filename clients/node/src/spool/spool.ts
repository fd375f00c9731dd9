import { existsSync, renameSync, rmdirSync, utimesSync } from "node:fs";
import { DeadLetters } from "./dead-letters.js";
import { openSessionFolder, reserveName, takeName } from "./folder.js";
import { findLeftBehind, type LeftFile } from "./left-behind.js";
import { headLine, type Dropped } from "./lines.js";
import { thisProcess } from "./owner.js";
import { SpoolFile, type Place } from "./spool-file.js";

/** After a failed write the disk is left alone for so long. */
const retryMs = 10_000;
/** A file is looked for under its name at most this often. */
const checkMs = 30_000;

const nobody = { pid: 0, start: "0" };

/** An event on its way, as far as the spool is concerned. */
export interface Spoolable {
  line: string;
  place?: Place | undefined;
}

export interface SpoolOptions {
  root: string;
  sessionId: string;
  now: () => number;
  /** Told why nothing is written to disk. */
  onTrouble: (reason: string) => void;
  /** Every event that waits, in order. */
  waiting: () => Iterable<Spoolable>;
  /** What was dropped and not told of yet. */
  dropped: () => Dropped | undefined;
}

/** The queue's mirror on disk; no method throws. SPOOL.md is its specification. */
export class Spool {
  readonly deadLetters: DeadLetters;
  private readonly options: SpoolOptions;
  private readonly folder: string;
  private readonly files: SpoolFile[] = [];
  private current: SpoolFile | undefined;
  private nextNumber = 1;
  private pausedUntil = 0;
  private checkedAt: number;

  /** Undefined where nothing may be written there; `onTrouble` then knows why. */
  static open(options: SpoolOptions): Spool | undefined {
    try {
      return new Spool(options, openSessionFolder(options.root, options.sessionId));
    } catch (error) {
      options.onTrouble((error as Error).message);
      return undefined;
    }
  }

  private constructor(options: SpoolOptions, folder: string) {
    this.options = options;
    this.folder = folder;
    this.deadLetters = new DeadLetters(folder);
    this.checkedAt = options.now();
  }

  /** Writes the event down; it has no place where that failed. */
  add(event: Spoolable): void {
    if (this.options.now() < this.pausedUntil) return;
    try {
      if (this.pausedUntil > 0) this.catchUp();
      event.place = this.writable().addEvent(event.line);
    } catch (error) {
      this.pause(error);
    }
  }

  private pause(error: unknown): void {
    this.pausedUntil = this.options.now() + retryMs;
    this.current = undefined;
    this.options.onTrouble((error as Error).message);
  }

  /** Writes down what came while the disk was left alone, into a new file. */
  private catchUp(): void {
    for (const event of this.options.waiting()) {
      if (event.place === undefined) event.place = this.writable().addEvent(event.line);
    }
    this.pausedUntil = 0;
  }

  private writable(): SpoolFile {
    if (this.current && !this.current.full) return this.current;
    const owner = thisProcess();
    const { path, fd, n } = takeName(this.folder, owner, this.nextNumber);
    this.nextNumber = n + 1;
    const file = new SpoolFile(path, fd);
    this.files.push(file);
    file.writeHead(headLine(this.options.sessionId, owner.space));
    const finished = this.current;
    this.current = file;
    finished?.close();
    const dropped = this.options.dropped();
    if (dropped) file.saveDropped(dropped);
    this.removeFinished();
    return file;
  }

  /** The events are stored, dead, or told of. */
  finish(events: readonly Spoolable[]): void {
    const touched = new Set<SpoolFile>();
    for (const { place } of events) {
      if (!place) continue;
      place.file.markDone(place.index);
      touched.add(place.file);
    }
    this.removeFinished();
    for (const file of touched) if (this.files.includes(file)) file.saveDone();
  }

  /** The event will never be sent. Writes nothing but what the last event of a file needs. */
  drop({ place }: Spoolable): void {
    if (!place) return;
    place.file.markDone(place.index);
    if (!place.file.finished || place.file === this.current) return;
    this.current?.saveDropped(this.options.dropped() ?? null);
    this.removeFinished();
  }

  /** The server was told of all that was dropped. */
  dropsTold(): void {
    this.current?.saveDropped(null);
  }

  private removeFinished(): void {
    const finished = this.files.filter((file) => file !== this.current && file.finished);
    for (const file of finished) {
      file.remove();
      this.files.splice(this.files.indexOf(file), 1);
    }
  }

  /** Takes what dead processes left, oldest first. */
  takeOver(): LeftFile[] {
    try {
      return findLeftBehind(this.folder, this.options.sessionId, this.options.now()).flatMap(({ path }) => {
        const reserved = reserveName(this.folder, thisProcess(), this.nextNumber);
        this.nextNumber = reserved.n + 1;
        return this.rename(path, reserved.path) ? [{ path: reserved.path }] : [];
      });
    } catch {
      return [];
    }
  }

  private rename(from: string, to: string): boolean {
    try {
      renameSync(from, to);
      return true;
    } catch {
      new SpoolFile(to).remove();
      return false;
    }
  }

  /** Counts a file that was taken over among one's own, now that it is read. */
  adopt(file: SpoolFile): void {
    this.files.push(file);
    this.removeFinished();
  }

  /** Makes sure, now and then, that the files are still there, and writes the waiting events down again where not. */
  check(): void {
    if (this.options.now() - this.checkedAt < checkMs) return;
    this.checkedAt = this.options.now();
    const lost = this.files.filter((file) => !file.isThere());
    if (lost.length === 0) return;
    for (const file of lost) this.forget(file);
    try {
      openSessionFolder(this.options.root, this.options.sessionId);
      for (const event of this.options.waiting()) {
        if (event.place && lost.includes(event.place.file)) event.place = this.writable().addEvent(event.line);
      }
    } catch (error) {
      this.pause(error);
    }
  }

  private forget(file: SpoolFile): void {
    file.close();
    this.files.splice(this.files.indexOf(file), 1);
    if (this.current === file) this.current = undefined;
  }

  /** Says that the owner lives, to whoever cannot see its process. */
  touch(): void {
    const newest = this.current ?? this.files.at(-1);
    if (newest === undefined) return;
    const now = this.options.now() / 1000;
    try {
      utimesSync(newest.path, now, now);
    } catch {
      // It is looked for by check().
    }
  }

  /** Ends the use of the files: the finished ones go, the others are left, with `free` for anyone. */
  close({ free }: { free: boolean }): void {
    this.current = undefined;
    this.removeFinished();
    for (const file of this.files) {
      file.close();
      if (free) this.free(file);
    }
    this.files.length = 0;
    try {
      rmdirSync(this.folder);
    } catch {
      // Others' files are in it.
    }
  }

  private free(file: SpoolFile): void {
    if (!existsSync(file.path)) return;
    try {
      this.rename(file.path, reserveName(this.folder, nobody, 1).path);
    } catch {
      // It stays this process's, and is anyone's when that ends.
    }
  }
}
