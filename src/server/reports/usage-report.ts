import { isJsonObject, type JsonObject, type JsonValue } from "../../core/json.js";
import type { Metadata } from "../../core/metadata.js";
import { dayOf, otherKey } from "../../core/usage.js";
import type { UsageReport, UsageRow } from "../../core/reports.js";
import type { SessionStore } from "../../storage/session-store.js";

export interface UsageQuery {
  /** Epoch milliseconds. */
  now: number;
  days: number;
  userId?: string;
}

const pageSize = 250;
/** As many sessions are looked at, whatever the number of those that there are. */
const mostSessions = 2_000;
const mostRows = 20;
const dayMs = 86_400_000;

/**
 * What the sessions of the last days spent, from their metadata. A session's own tables say what was
 * spent on which day and by which model; users and models count sessions that were active since then
 * as a whole.
 */
export async function usageReport(store: SessionStore, { now, days, userId }: UsageQuery): Promise<UsageReport> {
  const since = dayOf(new Date(now - (days - 1) * dayMs).toISOString());
  const sums = new UsageSums(since);
  let cursor: string | undefined;
  let sessions = 0;
  let more = true;
  while (more && sessions < mostSessions) {
    const page = await store.listSessions({ userId, limit: pageSize, cursor });
    const recent = page.sessions.filter(({ updated }) => dayOf(updated) >= since);
    for (const metadata of recent) sums.add(metadata);
    sessions += recent.length;
    cursor = page.next ?? undefined;
    more = page.next !== null && recent.length === page.sessions.length;
  }
  return { since, sessions, complete: !more, ...sums.tables() };
}

class UsageSums {
  private readonly since: string;
  private readonly total = emptyRow("");
  private readonly days = new Map<string, UsageRow>();
  private readonly users = new Map<string, UsageRow>();
  private readonly models = new Map<string, UsageRow>();

  constructor(since: string) {
    this.since = since;
  }

  add(metadata: Metadata): void {
    const figures = figuresOf(metadata);
    addTo(this.total, figures);
    addTo(rowAt(this.users, metadata.userId ?? ""), figures);
    for (const [model, spent] of modelsOf(metadata, figures)) addTo(rowAt(this.models, model), spent);
    for (const [day, spent] of daysOf(metadata, figures)) {
      if (day >= this.since && day !== otherKey) addTo(rowAt(this.days, day), spent);
    }
  }

  tables(): Pick<UsageReport, "total" | "days" | "users" | "models"> {
    const days = [...this.days.values()].sort((a, b) => (a.key < b.key ? -1 : 1));
    return { total: this.total, days, users: largest(this.users), models: largest(this.models) };
  }
}

type Figures = Pick<UsageRow, "calls" | "tokens" | "cost">;

function figuresOf({ tokenUsage, cost, usage }: Metadata): Figures {
  const calls = isJsonObject(usage) ? numberOf(usage["calls"]) : 0;
  return { calls, tokens: Math.max(tokenUsage.total, tokenUsage.input + tokenUsage.output), cost };
}

/** Who patches tokens and cost into metadata tells of no models and days: all of it counts at once. */
function modelsOf({ usage, model }: Metadata, whole: Figures): [string, Figures][] {
  return tableOf(usage, "models") ?? (spent(whole) ? [[model ?? "unknown", whole]] : []);
}

function daysOf({ usage, updated }: Metadata, whole: Figures): [string, Figures][] {
  return tableOf(usage, "days") ?? (spent(whole) ? [[dayOf(updated), whole]] : []);
}

function spent({ tokens, cost }: Figures): boolean {
  return tokens !== 0 || cost !== 0;
}

function tableOf(usage: JsonValue | undefined, name: string): [string, Figures][] | undefined {
  const table = isJsonObject(usage) ? usage[name] : undefined;
  if (!isJsonObject(table)) return undefined;
  return Object.entries(table).map(([key, row]) => [key, isJsonObject(row) ? rowFigures(row) : noFigures]);
}

const noFigures: Figures = { calls: 0, tokens: 0, cost: 0 };

function rowFigures(row: JsonObject): Figures {
  return { calls: numberOf(row["calls"]), tokens: numberOf(row["total"]), cost: numberOf(row["cost"]) };
}

function numberOf(value: JsonValue | undefined): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

function emptyRow(key: string): UsageRow {
  return { key, sessions: 0, calls: 0, tokens: 0, cost: 0 };
}

function rowAt(table: Map<string, UsageRow>, key: string): UsageRow {
  let row = table.get(key);
  if (!row) table.set(key, (row = emptyRow(key)));
  return row;
}

function addTo(row: UsageRow, { calls, tokens, cost }: Figures, sessions = 1): void {
  row.sessions += sessions;
  row.calls += calls;
  row.tokens += tokens;
  // Rounded far below a token's price, so that a sum of dollars reads as one.
  row.cost = Math.round((row.cost + cost) * 1e10) / 1e10;
}

function largest(table: ReadonlyMap<string, UsageRow>): UsageRow[] {
  const rows = [...table.values()].sort((a, b) => b.cost - a.cost || b.tokens - a.tokens || b.sessions - a.sessions);
  if (rows.length <= mostRows) return rows;
  const other = emptyRow(otherKey);
  for (const row of rows.slice(mostRows)) addTo(other, row, row.sessions);
  return [...rows.slice(0, mostRows), other];
}
