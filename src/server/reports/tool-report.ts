import { isJsonObject, type JsonObject } from "../../core/json.js";
import type { ToolFailure, ToolReport, ToolRow } from "../../core/reports.js";
import type { SessionStore } from "../../storage/session-store.js";

const mostSessions = 50;
const resultsOfSession = 200;
/** Results may be large; so many bytes are read, and no more are parsed. */
const mostBytes = 8 * 1024 * 1024;
const mostTools = 50;
const mostFailures = 20;
const messageLength = 300;

/** How the tools of the sessions that are at work did lately: a bounded look at the newest results. */
export async function toolReport(store: SessionStore): Promise<ToolReport> {
  const { sessions } = await store.listSessions({ limit: mostSessions });
  const sums = new ToolSums();
  let bytes = 0;
  let looked = 0;
  for (const { sessionId } of sessions) {
    if (bytes > mostBytes) break;
    looked += 1;
    const query = { of: "responses" as const, types: ["tool_result"], limit: resultsOfSession };
    const { lines } = await store.readPage(sessionId, query);
    bytes += lines.byteLength;
    for (const line of new TextDecoder().decode(lines).split("\n")) {
      if (line !== "") sums.add(sessionId, JSON.parse(line) as JsonObject);
    }
  }
  return { sessions: looked, ...sums.tables() };
}

interface Sums {
  calls: number;
  failed: number;
  denied: number;
  times: number[];
}

class ToolSums {
  private results = 0;
  private readonly tools = new Map<string, Sums>();
  private readonly failures: ToolFailure[] = [];

  add(sessionId: string, record: JsonObject): void {
    const tool = typeof record["tool"] === "string" ? record["tool"].slice(0, 200) : "";
    let sums = this.tools.get(tool);
    if (!sums) this.tools.set(tool, (sums = { calls: 0, failed: 0, denied: 0, times: [] }));
    this.results += 1;
    sums.calls += 1;
    const { status, durationMs } = record;
    if (status === "denied") sums.denied += 1;
    if (typeof durationMs === "number" && durationMs >= 0) sums.times.push(durationMs);
    if (status !== "error") return;
    sums.failed += 1;
    this.failures.push({
      sessionId,
      seq: Number(record["seq"]),
      timestamp: String(record["timestamp"]),
      tool,
      message: messageOf(record),
    });
  }

  tables(): Omit<ToolReport, "sessions"> {
    const tools = [...this.tools].map(([tool, sums]) => rowOf(tool, sums));
    const failures = this.failures.sort((a, b) => Date.parse(b.timestamp) - Date.parse(a.timestamp));
    return {
      results: this.results,
      tools: tools.sort((a, b) => (b.p95Ms ?? -1) - (a.p95Ms ?? -1) || b.calls - a.calls).slice(0, mostTools),
      failures: failures.slice(0, mostFailures),
    };
  }
}

function rowOf(tool: string, { calls, failed, denied, times }: Sums): ToolRow {
  const sorted = times.sort((a, b) => a - b);
  return {
    tool,
    calls,
    failed,
    denied,
    medianMs: quantile(sorted, 0.5),
    p95Ms: quantile(sorted, 0.95),
    longestMs: sorted.at(-1) ?? null,
  };
}

/** By the nearest rank. */
function quantile(sorted: readonly number[], share: number): number | null {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? null;
}

function messageOf({ error, result }: JsonObject): string {
  const said = isJsonObject(error) ? error["message"] : (error ?? result);
  const text = typeof said === "string" ? said : JSON.stringify(said ?? "");
  return text.slice(0, messageLength);
}
