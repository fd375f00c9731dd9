import { isJsonObject, type JsonValue } from "../../core/json.js";
import type { Metadata } from "../../core/metadata.js";
import { formatCost, formatCount, formatDuration, formatExact } from "../../view/format.js";
import { sparkline } from "../text/bars.js";
import { fit } from "../text/cells.js";
import { span, type Line } from "../text/line.js";
import type { Row } from "../text/row.js";

interface MetricsInput {
  metadata: Metadata;
  rate: readonly number[];
  now: number;
  width: number;
}

/** The figures of a session, in as many columns as there is room for. */
export function metricRows({ metadata, rate, now, width }: MetricsInput): Row[] {
  const cells = figures(metadata, now);
  const columns = Math.max(1, Math.min(3, Math.floor(width / 23)));
  const cellWidth = Math.floor((width - 1) / columns);
  const rows: Row[] = [];
  const perColumn = Math.ceil(cells.length / columns);
  for (let row = 0; row < perColumn; row++) {
    const line = Array.from({ length: columns }, (_, column) => cells[column * perColumn + row])
      .filter((cell) => cell !== undefined)
      .flatMap(([name, value]) => cell(name, value, cellWidth));
    rows.push({ line });
  }
  const recent = rate.slice(-Math.max(10, width - 16));
  rows.push({
    line: [span(" events/s  ", "muted"), span(sparkline(recent, Math.min(recent.length, width - 14)), "accent")],
  });
  return [...rows, ...modelRows(metadata["usage"], width)];
}

function cell(name: string, value: string, width: number): Line {
  const valueWidth = 9;
  return [
    { text: " " },
    span(fit(name, width - valueWidth - 3), "muted"),
    span(fit(value, valueWidth, "right"), value === "0" || value === "$0" ? "faint" : undefined),
    { text: "  " },
  ];
}

function figures({ tokenUsage, cost, metrics, eventCount, created, status, lastEventAt }: Metadata, now: number) {
  const begin = Date.parse(created);
  const end = status === "active" ? now : Date.parse(lastEventAt);
  const cached = Number(tokenUsage["cacheRead"] ?? 0);
  return [
    ["cost", formatCost(cost)],
    ["tokens in", formatCount(tokenUsage.input)],
    ["tokens out", formatCount(tokenUsage.output)],
    ["from cache", formatCount(Number.isFinite(cached) ? cached : 0)],
    ["events", formatExact(eventCount)],
    ["running", Number.isNaN(begin) ? "" : formatDuration(end - begin)],
    ["tool calls", formatCount(metrics.toolCalls)],
    ["shell", formatCount(metrics.bashCommands)],
    ["files", formatCount(metrics.filesModified)],
    ["mcp", formatCount(metrics.mcpCalls)],
    ["agents", formatCount(metrics.agentsSpawned)],
  ] as const;
}

/** What each model was used for, where the metadata tells. */
function modelRows(usage: JsonValue | undefined, width: number): Row[] {
  const models = isJsonObject(usage) ? (usage["models"] ?? usage["byModel"]) : undefined;
  if (!isJsonObject(models)) return [];
  return Object.entries(models).flatMap(([model, counts]) => {
    if (!isJsonObject(counts)) return [];
    const calls = Number(counts["calls"] ?? 0);
    const spent = Number(counts["cost"] ?? 0);
    const figures = `${formatCount(calls)} ${calls === 1 ? "call" : "calls"}  ${formatCost(spent)}`;
    return [{ line: [span(` ${fit(model, Math.max(8, width - figures.length - 3))} `, "muted"), span(figures)] }];
  });
}
