import fs from "node:fs";
import { streams } from "../../core/event.js";
import type { EventLine } from "../file/stored-lines.js";
import type { Catalogue } from "./catalogue.js";
import type { Counters } from "./counters.js";
import { scopeOf, searchableEvent, sessionWord, type SearchableEvent } from "./extract-text.js";
import { folderOf, isCurrentFolder, openLines, type Offsets, type PlacedLine } from "./session-lines.js";
import { inTransaction, integer, type Database, type Statement } from "./sqlite.js";
import type { Teller } from "./teller.js";

/** Documents of one block: neighbours in the order of indexing, and so mostly in time. */
export const blockSize = 1024;

const erasedAtOnce = 256;

interface PendingSession {
  pk: number;
  id: string;
  user_id: string | null;
  events: number;
  text_seq: number;
  actions_at: number;
  responses_at: number;
  changes_at: number;
}

/** Lines in ascending order of seq, one at a time. */
interface LineSource {
  peek(): PlacedLine | undefined;
  take(line: PlacedLine): void;
  offsets(before: Offsets): Offsets;
  close(): void;
}

interface TextIndexOptions {
  db: Database;
  counters: Counters;
  catalogue: Catalogue;
  sessionsPath: string;
  teller: Teller;
  onNotice: (message: string, detail: object) => void;
  now?: () => number;
}

/**
 * Makes the words of events searchable, behind the catalogue: for each session whose `text_seq` is
 * below its `events` it reads the files on from where it was.
 */
export class TextIndex {
  /** Goes on only once the teller is loaded. */
  needsTeller = false;
  private readonly options: TextIndexOptions;
  private readonly now: () => number;
  private readonly pending: Statement;
  private readonly pendingById: Statement;
  private readonly saveProgress: Statement;
  private readonly insertDoc: Statement;
  private readonly insertText: Statement;
  private readonly blocks = new Map<number, { low: number; high: number }>();
  private told: { pk: number; source: LineSource } | undefined;

  constructor(options: TextIndexOptions) {
    this.options = options;
    this.now = options.now ?? (() => performance.now());
    const { db } = options;
    const columns = "SELECT pk, id, user_id, events, text_seq, actions_at, responses_at, changes_at FROM sessions";
    this.pending = db.prepare(`${columns} WHERE text_seq < events ORDER BY updated LIMIT 1`);
    this.pendingById = db.prepare(`${columns} WHERE id = ? AND text_seq < events`);
    this.saveProgress = db.prepare(
      "UPDATE sessions SET text_seq = ?, actions_at = ?, responses_at = ?, changes_at = ? WHERE pk = ?",
    );
    this.insertDoc = db.prepare(
      "INSERT INTO docs (id, session, stream, seq, start, bytes, time) VALUES (?, ?, ?, ?, ?, ?, ?)",
    );
    this.insertText = db.prepare("INSERT INTO texts (rowid, text, scope) VALUES (?, ?, ?)");
  }

  hasWork(): boolean {
    return this.pending.get() !== undefined || this.nextErased() !== undefined;
  }

  isPending(sessionId: string): boolean {
    return this.pendingById.get(sessionId) !== undefined;
  }

  /** The ids of sessions with events still to be indexed, at most `limit`. */
  pendingIds(limit: number): string[] {
    const rows = this.options.db.prepare("SELECT id FROM sessions WHERE text_seq < events LIMIT ?").all(limit);
    return rows.map((row) => String(row["id"]));
  }

  /** Works until about `until` (on this index's clock), in one transaction; on `urgent` first. */
  step(until: number, urgent?: string): void {
    const { db, counters, teller } = this.options;
    this.needsTeller &&= teller.tell === undefined;
    try {
      inTransaction(db, () => {
        let session = this.nextSession(urgent);
        while (session && !this.needsTeller) {
          this.indexSession(session, until);
          if (this.now() >= until) break;
          session = this.nextSession(urgent);
        }
        if (!session) this.eraseSome(until);
        this.saveBlocks();
        counters.save();
      });
    } catch (error) {
      this.blocks.clear();
      this.told = undefined;
      counters.load();
      throw error;
    }
  }

  private nextSession(urgent: string | undefined): PendingSession | undefined {
    const session = urgent === undefined ? undefined : this.pendingById.get(urgent);
    return (session ?? this.pending.get()) as PendingSession | undefined;
  }

  private indexSession(session: PendingSession, until: number): void {
    const { actions_at: actions, responses_at: responses, changes_at: changes } = session;
    const before = { actions, responses, changes };
    try {
      const source = this.open(session, before);
      if (source === "later") return;
      if (source === "replaced") return this.options.catalogue.restartText(session.pk, session.text_seq);
      try {
        const reached = this.indexLines(session, source, until);
        this.save(session, reached, source.offsets(before));
      } finally {
        source.close();
      }
    } catch (error) {
      if (!isFileError(error)) throw error;
      this.options.onNotice(`The text of session '${session.id}' cannot be read; search does not find all of it.`, {
        error: error.message,
      });
      this.save(session, session.events, before);
    }
  }

  private open(session: PendingSession, before: Offsets): LineSource | "later" | "replaced" {
    const { sessionsPath, teller } = this.options;
    const folder = folderOf(sessionsPath, session.id);
    if (isCurrentFolder(folder)) return openLines(folder, before) ?? "replaced";
    if (!fs.existsSync(folder)) return toldLines([]);
    if (!teller.tell) {
      this.needsTeller = true;
      return "later";
    }
    if (this.told?.pk !== session.pk) this.told = { pk: session.pk, source: toldLines(teller.tell(folder)) };
    return this.told.source;
  }

  private indexLines(session: PendingSession, source: LineSource, until: number): number {
    let reached = session.text_seq;
    for (let count = 1; ; count++) {
      const line = source.peek();
      if (!line || line.seq > session.events) {
        this.told = undefined;
        return session.events;
      }
      source.take(line);
      if (line.seq > session.text_seq) this.indexLine(session, line);
      reached = Math.max(reached, line.seq);
      if (count % 16 === 0 && this.now() >= until) return reached;
    }
  }

  private indexLine({ pk, user_id: userId }: PendingSession, line: PlacedLine): void {
    const event = searchableEvent(line.stream, line.text);
    if (!event) return;
    const id = this.options.counters.takeDoc();
    this.insertDoc.run(id, pk, streams.indexOf(line.stream), line.seq, line.start, line.bytes, event.time);
    this.insertText.run(id, event.text, scopeOf(pk, userId, event));
    this.noteTime(id, event);
  }

  private noteTime(id: number, { time }: SearchableEvent): void {
    const block = Math.floor(id / blockSize);
    const known = this.blocks.get(block) ?? { low: time, high: time };
    this.blocks.set(block, { low: Math.min(known.low, time), high: Math.max(known.high, time) });
  }

  private saveBlocks(): void {
    const save = this.options.db.prepare(
      `INSERT INTO blocks (block, low, high) VALUES (?, ?, ?)
       ON CONFLICT (block) DO UPDATE SET low = min(low, excluded.low), high = max(high, excluded.high)`,
    );
    for (const [block, { low, high }] of this.blocks) save.run(block, low, high);
    this.blocks.clear();
  }

  private save(session: PendingSession, reached: number, { actions, responses, changes }: Offsets): void {
    this.saveProgress.run(reached, actions, responses, changes, session.pk);
    this.options.counters.add("lag", session.text_seq - reached);
  }

  private nextErased(): { pk: number; after: number } | undefined {
    return this.options.db.prepare("SELECT pk, after FROM erased LIMIT 1").get() as
      | { pk: number; after: number }
      | undefined;
  }

  private eraseSome(until: number): void {
    const { db } = this.options;
    for (let next = this.nextErased(); next && this.now() < until; next = this.nextErased()) {
      const found = db
        .prepare(`SELECT rowid AS id FROM texts WHERE texts MATCH ? AND rowid > ${integer} ORDER BY rowid LIMIT ?`)
        .all(`scope : "${sessionWord(next.pk)}"`, next.after, erasedAtOnce) as { id: number }[];
      const [text, doc] = [
        db.prepare(`DELETE FROM texts WHERE rowid = ${integer}`),
        db.prepare("DELETE FROM docs WHERE id = ?"),
      ];
      for (const { id } of found) {
        text.run(id);
        doc.run(id);
      }
      if (found.length < erasedAtOnce) db.prepare("DELETE FROM erased WHERE pk = ?").run(next.pk);
      else db.prepare("UPDATE erased SET after = ? WHERE pk = ?").run(found.at(-1)!.id, next.pk);
    }
  }
}

/** Told lines have no place in a file: they are told again when one is looked for. */
function toldLines(lines: EventLine[]): LineSource {
  let next = 0;
  return {
    peek: () => (lines[next] ? { ...lines[next]!, start: -1, bytes: 0 } : undefined),
    take: () => void next++,
    offsets: (before) => before,
    close: () => undefined,
  };
}

function isFileError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && "syscall" in error;
}
