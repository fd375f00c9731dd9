import fs from "node:fs";
import { streams } from "../../core/event.js";
import type { SearchHit } from "../session-store.js";
import type { Candidate } from "./candidates.js";
import { markEnd, markStart, searchableEvent } from "./extract-text.js";
import { tokenizer } from "./schema.js";
import { folderOf, isCurrentFolder, LineFinder } from "./session-lines.js";
import { integer, openDatabase, type Database, type Statement } from "./sqlite.js";
import type { Teller } from "./teller.js";

const snippetTokens = 24;

/** In a pool every document has every word, so that BM25 gives each word this same least weight. */
const leastWeight = 1e-6;

/** A hit that has no snippet yet, with the document it stands for. */
export interface RankedHit {
  doc: number;
  hit: SearchHit;
}

interface PoolOptions {
  sessionsPath: string;
  teller: Teller;
}

/** The texts of a search's candidates in a table in memory, which ranks them and makes their snippets. */
export class Pool {
  characters = 0;
  size = 0;
  /** A candidate could not be read before the teller is loaded. */
  needsTeller = false;
  private readonly options: PoolOptions;
  private readonly table: PoolTable;
  private readonly hits = new Map<number, SearchHit>();
  private readonly lines = new LineFinder();
  private readonly told = new Map<string, Map<number, string>>();

  constructor(table: PoolTable, options: PoolOptions) {
    this.table = table;
    this.options = options;
    table.db.exec("BEGIN");
  }

  /** Takes a candidate in; one whose line is gone, or is of another type than `type`, stays out. */
  add(candidate: Candidate, type: string | undefined): void {
    const stream = streams[candidate.stream]!;
    const line = this.lineOf(candidate);
    const event = line === undefined ? undefined : searchableEvent(stream, line);
    if (!event || (type !== undefined && type !== event.type && type !== event.eventType)) return;
    this.table.insert.run(candidate.id, event.text);
    this.size += 1;
    this.characters += event.text.length;
    const { sessionId, userId, seq } = candidate;
    this.hits.set(candidate.id, {
      sessionId,
      userId,
      seq,
      type: event.type,
      timestamp: event.timestamp,
      snippet: "",
      score: 0,
    });
  }

  /** Best first, the newer one where two are as good. */
  ranked(words: string): RankedHit[] {
    const rows = this.table.rank.all(words) as { doc: number; rank: number }[];
    return rows.map(({ doc, rank }) => {
      const hit = this.hits.get(doc)!;
      return { doc, hit: { ...hit, score: Math.round((-rank / leastWeight) * 1000) / 1000 } };
    });
  }

  snippet(words: string, doc: number): string {
    const row = this.table.snippet.get(markStart, markEnd, words, doc);
    return toHtml(String(row?.["snippet"] ?? ""));
  }

  close(): void {
    this.lines.close();
    this.table.db.exec("ROLLBACK");
  }

  private lineOf(candidate: Candidate): string | undefined {
    const folder = folderOf(this.options.sessionsPath, candidate.sessionId);
    if (candidate.start >= 0 || isCurrentFolder(folder)) {
      return this.lines.find(folder, { ...candidate, stream: streams[candidate.stream]! });
    }
    const { tell } = this.options.teller;
    this.needsTeller ||= tell === undefined;
    let told = this.told.get(folder);
    if (!told && tell && fs.existsSync(folder)) {
      told = new Map(tell(folder).map(({ seq, text }) => [seq, text]));
      this.told.set(folder, told);
    }
    return told?.get(candidate.seq);
  }
}

/** The table that every pool uses in turn, and empties. */
export interface PoolTable {
  db: Database;
  insert: Statement;
  rank: Statement;
  snippet: Statement;
}

export function openPoolTable(): PoolTable {
  const db = openDatabase(":memory:");
  db.exec(`CREATE VIRTUAL TABLE pool USING fts5(text, ${tokenizer})`);
  return {
    db,
    insert: db.prepare("INSERT INTO pool (rowid, text) VALUES (?, ?)"),
    rank: db.prepare("SELECT rowid AS doc, bm25(pool) AS rank FROM pool WHERE pool MATCH ? ORDER BY rank, rowid DESC"),
    snippet: db.prepare(
      `SELECT snippet(pool, 0, ?, ?, '…', ${snippetTokens}) AS snippet FROM pool WHERE pool MATCH ? AND rowid = ${integer}`,
    ),
  };
}

const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;" };

function toHtml(marked: string): string {
  return marked
    .replace(/[&<>"']/g, (character) => entities[character]!)
    .replaceAll(markStart, "<mark>")
    .replaceAll(markEnd, "</mark>");
}
