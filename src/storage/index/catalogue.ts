import { sessionStatuses, type Metadata, type SessionStatus } from "../../core/metadata.js";
import type { Counters } from "./counters.js";
import type { BatchEntry, ListReply, ListRequest } from "./protocol.js";
import type { Database, Statement } from "./sqlite.js";

interface StoredSession {
  pk: number;
  user_id: string | null;
  status: SessionStatus;
  created: string;
  updated: number;
  tags: string;
  events: number;
  text_seq: number;
}

interface ListRow {
  id: string;
  updated: number;
  metadata: string;
}

/**
 * One row a session, for pages of metadata in the order of activity and for figures over all. All
 * writes belong into a transaction of the caller's, with the counters saved in it.
 */
export class Catalogue {
  private readonly db: Database;
  private readonly counters: Counters;
  private readonly statements = new Map<string, Statement>();

  constructor(db: Database, counters: Counters) {
    this.db = db;
    this.counters = counters;
  }

  apply({ sessionId, metadata, replaced }: BatchEntry): void {
    const stored = this.find(sessionId);
    if (stored && (metadata === null || replaced)) this.remove(sessionId, stored);
    if (metadata === null) return;
    if (stored && !replaced) this.change(sessionId, stored, metadata);
    else this.insert(sessionId, metadata);
  }

  has(sessionId: string): boolean {
    return this.prepare("SELECT 1 FROM sessions WHERE id = ?").get(sessionId) !== undefined;
  }

  /** A page of ids in ascending order, behind `after`. */
  idsAfter(after: string, limit: number): string[] {
    const rows = this.prepare("SELECT id FROM sessions WHERE id > ? ORDER BY id LIMIT ?").all(after, limit);
    return rows.map((row) => String(row["id"]));
  }

  list(request: ListRequest): ListReply {
    const { sql, parameters } = listStatement(request);
    const rows = this.prepare(sql).all(...parameters, request.limit + 1) as unknown as ListRow[];
    const page = rows.slice(0, request.limit);
    const last = page.at(-1);
    return {
      sessions: `[${page.map(({ metadata }) => metadata).join(",")}]`,
      next: rows.length > page.length && last ? { updated: last.updated, id: last.id } : null,
    };
  }

  private find(sessionId: string): StoredSession | undefined {
    const sql = "SELECT pk, user_id, status, created, updated, tags, events, text_seq FROM sessions WHERE id = ?";
    return this.prepare(sql).get(sessionId) as StoredSession | undefined;
  }

  private insert(sessionId: string, metadata: Metadata): void {
    const { userId, status, parent, created, updated, tags, events, json } = toRow(metadata);
    this.prepare(
      `INSERT INTO sessions (pk, id, user_id, status, parent, created, updated, tags, metadata, events)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
    ).run(this.counters.takePk(), sessionId, userId, status, parent, created, updated, tags, json, events);
    this.addTags(sessionId, updated, tags);
    this.counters.add("total", 1);
    this.count(1, status, events, 0);
  }

  private change(sessionId: string, stored: StoredSession, metadata: Metadata): void {
    const { userId, status, parent, created, updated, tags, events, json } = toRow(metadata);
    const restart = userId !== stored.user_id || created !== stored.created || events < stored.text_seq;
    this.prepare(
      `UPDATE sessions SET user_id = ?, status = ?, parent = ?, created = ?, updated = ?, tags = ?, metadata = ?, events = ? WHERE pk = ?`,
    ).run(userId, status, parent, created, updated, tags, json, events, stored.pk);
    if (tags !== stored.tags || (updated !== stored.updated && tags !== "[]")) {
      this.removeTags(sessionId, stored);
      this.addTags(sessionId, updated, tags);
    }
    this.count(-1, stored.status, stored.events, stored.text_seq);
    this.count(1, status, events, stored.text_seq);
    if (restart) this.restartText(stored.pk, stored.text_seq);
  }

  private remove(sessionId: string, stored: StoredSession): void {
    this.prepare("DELETE FROM sessions WHERE pk = ?").run(stored.pk);
    this.removeTags(sessionId, stored);
    this.erase(stored.pk, stored.text_seq);
    this.counters.add("total", -1);
    this.count(-1, stored.status, stored.events, stored.text_seq);
  }

  /** Forgets what was indexed of the session's text, so that it is indexed from its first event again. */
  restartText(pk: number, textSeq: number): void {
    const fresh = this.counters.takePk();
    this.prepare(
      "UPDATE sessions SET pk = ?, text_seq = 0, actions_at = 0, responses_at = 0, changes_at = 0 WHERE pk = ?",
    ).run(fresh, pk);
    this.counters.add("lag", textSeq);
    this.erase(pk, textSeq);
  }

  private erase(pk: number, textSeq: number): void {
    if (textSeq > 0) this.prepare("INSERT INTO erased (pk, after) VALUES (?, 0)").run(pk);
  }

  private count(sign: 1 | -1, status: SessionStatus, events: number, textSeq: number): void {
    this.counters.add(status, sign);
    this.counters.add("events", sign * events);
    this.counters.add("lag", sign * (events - textSeq));
  }

  private addTags(sessionId: string, updated: number, tags: string): void {
    for (const tag of JSON.parse(tags) as string[]) {
      this.prepare("INSERT OR IGNORE INTO tags (tag, updated, id) VALUES (?, ?, ?)").run(tag, updated, sessionId);
    }
  }

  private removeTags(sessionId: string, { tags, updated }: StoredSession): void {
    for (const tag of JSON.parse(tags) as string[]) {
      this.prepare("DELETE FROM tags WHERE tag = ? AND updated = ? AND id = ?").run(tag, updated, sessionId);
    }
  }

  private prepare(sql: string): Statement {
    let statement = this.statements.get(sql);
    if (!statement) this.statements.set(sql, (statement = this.db.prepare(sql)));
    return statement;
  }
}

/** The most selective filter walks its index in the order of the page; the others (`+`) are checked along the way. */
function listStatement({ userId, status, tag, parent, after }: ListRequest): {
  sql: string;
  parameters: (string | number)[];
} {
  const filters = [
    ["t.tag", tag],
    ["s.parent", parent],
    ["s.user_id", userId],
    ["s.status", status],
  ].filter((filter): filter is [string, string] => filter[1] !== undefined);
  const row = tag === undefined ? "s" : "t";
  const conditions = filters.map(([column], index) => `${index === 0 ? "" : "+"}${column} = ?`);
  if (after) conditions.push(`(${row}.updated, ${row}.id) < (?, ?)`);
  const from = tag === undefined ? "sessions s" : "tags t CROSS JOIN sessions s ON s.id = t.id";
  const where = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
  return {
    sql: `SELECT s.id, s.updated, s.metadata FROM ${from} ${where} ORDER BY ${row}.updated DESC, ${row}.id DESC LIMIT ?`,
    parameters: [...filters.map(([, value]) => value), ...(after ? [after.updated, after.id] : [])],
  };
}

/** What of metadata is searched by; a field that a patch or an edited file gave another kind counts as absent. */
function toRow(metadata: Metadata) {
  const { userId, status, parentSession, created, eventCount } = metadata;
  return {
    userId: textOrNull(userId),
    status: sessionStatuses.includes(status) ? status : "active",
    parent: textOrNull(parentSession),
    created: textOrNull(created) ?? "",
    updated: timeOf(metadata),
    tags: tagsOf(metadata),
    events: eventCount,
    json: JSON.stringify(metadata),
  };
}

function textOrNull(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

/** Epoch milliseconds of the last activity: texts of different zones and precisions sort right. */
function timeOf({ updated, created }: Metadata): number {
  const time = Date.parse(updated);
  return Number.isNaN(time) ? Date.parse(created) || 0 : time;
}

function tagsOf({ tags }: Metadata): string {
  return JSON.stringify([...new Set(tags.filter((tag) => typeof tag === "string"))]);
}
