/** Sums of what was spent under one key: a day (UTC), a user, a model. `cost` is in US dollars. */
export interface UsageRow {
  key: string;
  sessions: number;
  calls: number;
  tokens: number;
  cost: number;
}

export interface UsageReport {
  /** The first day that counts, `YYYY-MM-DD` (UTC). */
  since: string;
  /** Sessions with activity since then that were looked at, newest first. */
  sessions: number;
  /** False where there are more than were looked at: the figures are then those of the newest. */
  complete: boolean;
  total: UsageRow;
  /** Of each day since `since`, ascending; days on which nothing was spent are left out. */
  days: UsageRow[];
  /** The most expensive first; what is beyond them summed under `(other)`. */
  users: UsageRow[];
  models: UsageRow[];
}

/** How calls of one tool went. Times are milliseconds; null where no call says how long it ran. */
export interface ToolRow {
  tool: string;
  calls: number;
  /** Ran, and failed. */
  failed: number;
  /** A person or a rule refused it. */
  denied: number;
  medianMs: number | null;
  p95Ms: number | null;
  longestMs: number | null;
}

/** A call that failed, to look at. */
export interface ToolFailure {
  sessionId: string;
  seq: number;
  timestamp: string;
  tool: string;
  /** The beginning of what the tool said. */
  message: string;
}

export interface ToolReport {
  /** What was looked at: the newest results of the sessions that something happened in last. */
  sessions: number;
  results: number;
  /** The slowest first, by the 95th percentile. */
  tools: ToolRow[];
  /** Newest first. */
  failures: ToolFailure[];
}
