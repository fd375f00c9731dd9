import { closeSync, fstatSync, ftruncateSync, openSync, statSync, unlinkSync, writeSync } from "node:fs";
import { ackLine, type Dropped } from "./lines.js";

/** A file is over when it is longer, and the next event begins another. */
const fullBytes = 4 * 1024 * 1024;
/** With nothing left to send, a longer file is cut back to its head. */
const cutBytes = 64 * 1024;

/** Where an event stands: the `index`th of the file, from 1. */
export interface Place {
  file: SpoolFile;
  index: number;
}

/** One file of the spool, and how far its events are done with. */
export class SpoolFile {
  path: string;
  private fd: number | undefined;
  private size: number;
  private headBytes = 0;
  private events: number;
  private done: number;
  private acked: number;
  /** Done with, while an older one is not. */
  private readonly doneEarly = new Set<number>();

  constructor(path: string, fd?: number, found = { size: 0, events: 0, done: 0 }) {
    this.path = path;
    this.fd = fd;
    this.size = found.size;
    this.events = found.events;
    this.done = found.done;
    this.acked = found.done;
  }

  get full(): boolean {
    return this.size >= fullBytes;
  }

  get finished(): boolean {
    return this.done >= this.events;
  }

  /** @throws Error of the file system; the file is then as it was */
  writeHead(line: string): void {
    this.append(line);
    this.headBytes = this.size;
  }

  /** @throws Error of the file system; the file is then as it was */
  addEvent(line: string): Place {
    this.append(line);
    this.events += 1;
    return { file: this, index: this.events };
  }

  markDone(index: number): void {
    if (index <= this.done) return;
    this.doneEarly.add(index);
    while (this.doneEarly.delete(this.done + 1)) this.done += 1;
  }

  /**
   * Writes down how far the file is done with; a finished one that is still written to is cut
   * back instead once it is long. What cannot be written is sent again some day, and stored once.
   */
  saveDone(): void {
    if (this.done === this.acked) return;
    if (this.finished && this.size > cutBytes && this.headBytes > 0) {
      this.attempt(() => this.cut());
    } else {
      this.attempt(() => this.append(ackLine(this.done)));
    }
    this.acked = this.done;
  }

  saveDropped(dropped: Dropped | null): void {
    this.attempt(() => this.append(ackLine(this.done, dropped)));
    this.acked = this.done;
  }

  private cut(): void {
    ftruncateSync(this.open(), this.headBytes);
    this.size = this.headBytes;
    this.events = 0;
    this.done = 0;
  }

  /** Whether the file is still there under its name. */
  isThere(): boolean {
    try {
      if (this.fd === undefined) return statSync(this.path).isFile();
      return statSync(this.path).ino === fstatSync(this.fd).ino;
    } catch {
      return false;
    }
  }

  close(): void {
    if (this.fd === undefined) return;
    const { fd } = this;
    this.fd = undefined;
    this.attempt(() => closeSync(fd));
  }

  remove(): void {
    this.close();
    this.attempt(() => unlinkSync(this.path));
  }

  private append(text: string): void {
    const fd = this.open();
    const bytes = Buffer.from(text);
    let written = 0;
    try {
      while (written < bytes.length) written += writeSync(fd, bytes, written);
    } catch (error) {
      if (written > 0) this.attempt(() => ftruncateSync(fd, this.size));
      throw error;
    }
    this.size += bytes.length;
  }

  private open(): number {
    this.fd ??= openSync(this.path, "a", 0o600);
    return this.fd;
  }

  private attempt(work: () => void): void {
    try {
      work();
    } catch {
      // The spool is a help, never a reason to fail.
    }
  }
}
