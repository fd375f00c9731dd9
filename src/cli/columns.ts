import type { SearchResult } from "../client/types.js";
import type { Metadata } from "../core/metadata.js";
import type { Agent, Goal } from "../core/state.js";
import { colorOfStatus } from "./colors.js";
import type { Column } from "./table.js";
import { age } from "./time.js";

/** The columns of a list of sessions. */
export function sessionColumns(now: number): Column<Metadata>[] {
  return [
    { header: "SESSION", value: ({ sessionId }) => sessionId },
    { header: "STATUS", value: ({ status }) => status, color: ({ status }) => colorOfStatus(status) },
    { header: "USER", value: ({ userId }) => userId ?? "", flexible: true },
    { header: "MODEL", value: ({ model }) => model ?? "", flexible: true },
    { header: "EVENTS", value: ({ eventCount }) => String(eventCount), align: "right" },
    { header: "TOKENS", value: (row) => String(tokensOf(row)), show: (row) => compact(tokensOf(row)), align: "right" },
    {
      header: "UPDATED",
      value: ({ updated }) => updated,
      show: ({ updated }) => age(updated, now),
      color: () => "dim",
    },
    { header: "TAGS", value: ({ tags }) => tags.join(","), flexible: true },
  ];
}

/** Producers that count input and output often leave the total alone. */
function tokensOf({ tokenUsage }: Metadata): number {
  const { input, output, total } = tokenUsage;
  return Math.max(total, input + output);
}

export function searchColumns(now: number, highlight: (snippet: string) => string): Column<SearchResult>[] {
  return [
    { header: "SESSION", value: ({ sessionId }) => sessionId },
    { header: "SEQ", value: ({ seq }) => String(seq), align: "right" },
    { header: "TYPE", value: ({ type }) => type, color: () => "cyan" },
    {
      header: "WHEN",
      value: ({ timestamp }) => timestamp,
      show: ({ timestamp }) => age(timestamp, now),
      color: () => "dim",
    },
    { header: "MATCH", value: ({ snippet }) => highlight(snippet), flexible: true },
  ];
}

export const goalColumns: Column<Goal>[] = [
  { header: "GOAL", value: ({ goalId }) => goalId },
  { header: "STATUS", value: ({ status }) => status, color: ({ status }) => colorOfStatus(status) },
  { header: "PRIORITY", value: ({ priority }) => (priority === undefined ? "" : String(priority)) },
  { header: "DESCRIPTION", value: ({ description }) => description, flexible: true },
];

export const agentColumns: Column<Agent>[] = [
  { header: "AGENT", value: ({ agentId }) => agentId },
  { header: "TYPE", value: ({ type }) => type, color: () => "cyan" },
  { header: "STATUS", value: ({ status }) => status, color: ({ status }) => colorOfStatus(status) },
  {
    header: "TASK",
    value: ({ task }) => (typeof task === "string" ? task : task === undefined ? "" : JSON.stringify(task)),
    flexible: true,
  },
];

/** 950, 12.3k, 4.5M. */
function compact(count: number | undefined): string {
  return new Intl.NumberFormat("en", { notation: "compact", maximumFractionDigits: 1 }).format(count ?? 0);
}

const entities: Record<string, string> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'" };

/** The plain text of a snippet, what matched between « and ». */
export function plainSnippet(snippet: string): string {
  return snippet
    .replaceAll("<mark>", "«")
    .replaceAll("</mark>", "»")
    .replace(/&(amp|lt|gt|quot|#39);/g, (entity) => entities[entity]!);
}
