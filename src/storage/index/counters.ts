import type { Stats } from "../session-store.js";
import type { Database, Statement } from "./sqlite.js";

interface CounterRow extends Stats {
  lag: number;
  next_pk: number;
  next_doc: number;
}

const names = ["total", "active", "completed", "failed", "cancelled", "events", "lag", "next_pk", "next_doc"] as const;

/**
 * Figures over all sessions, kept as they change so that nothing is ever counted. Changes are made
 * in memory and written by `save` inside the transaction that they belong to; after one that was
 * rolled back, `load` goes back to what is stored.
 */
export class Counters {
  private readonly read: Statement;
  private readonly write: Statement | undefined;
  private row: CounterRow;

  constructor(db: Database, writable: boolean) {
    this.read = db.prepare(`SELECT ${names.join(", ")} FROM counters`);
    if (writable) this.write = db.prepare(`UPDATE counters SET ${names.map((name) => `${name} = ?`).join(", ")}`);
    this.row = this.load();
  }

  load(): CounterRow {
    this.row = { ...(this.read.get() as unknown as CounterRow) };
    return this.row;
  }

  save(): void {
    this.write?.run(...names.map((name) => this.row[name]));
  }

  /** What is stored: another process may have changed it where this one only reads. */
  stats(): Stats {
    const { total, active, completed, failed, cancelled, events } = this.load();
    return { total, active, completed, failed, cancelled, events };
  }

  get lag(): number {
    return this.row.lag;
  }

  /** The number behind that of the newest document. */
  get nextDoc(): number {
    return this.row.next_doc;
  }

  add(name: Exclude<keyof CounterRow, "next_pk" | "next_doc">, count: number): void {
    this.row[name] += count;
  }

  takePk(): number {
    return this.row.next_pk++;
  }

  takeDoc(): number {
    return this.row.next_doc++;
  }
}
