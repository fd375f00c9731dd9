import type { Writable } from "node:stream";
import { pino, stdTimeFunctions, type Logger } from "pino";
import { createPaint, type Color, type Paint } from "./colors.js";
import { usesColor, type CliContext } from "./context.js";
import { clearLine } from "./progress.js";
import type { ServeSettings } from "./serve-settings.js";
import { printable } from "./text.js";

export interface Log {
  logger: Logger;
  /** Writes what is still held. */
  flush(): void;
}

/** The server's log on stderr: lines for a person at a terminal, JSON lines else. */
export function createLog(
  { logLevel, logFormat }: Pick<ServeSettings, "logLevel" | "logFormat">,
  context: CliContext,
): Log {
  const human = logFormat === "human" || (logFormat === "auto" && context.isTTY.stderr);
  const paint = createPaint(usesColor(context, context.isTTY.stderr));
  // A progress bar may stand on the terminal's last line.
  const start = context.isTTY.stderr ? clearLine : "";
  const destination = batched(context.stderr, human ? (line) => start + humanLine(line, paint) : (line) => line);
  const options = {
    level: logLevel,
    base: null,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
  };
  return { logger: pino(options, destination), flush: destination.flush };
}

/** Lines of one turn of the event loop go out in one write, so that a busy log costs little. */
function batched(stream: Writable, format: (line: string) => string): { write(line: string): void; flush(): void } {
  let pending = "";
  const flush = () => {
    if (pending !== "") stream.write(pending);
    pending = "";
  };
  return {
    flush,
    write(line) {
      if (pending === "") setImmediate(flush);
      pending += format(line);
    },
  };
}

const levelColors: Record<string, Color> = {
  trace: "dim",
  debug: "dim",
  info: "green",
  warn: "yellow",
  error: "red",
  fatal: "red",
};

function humanLine(json: string, paint: Paint): string {
  const { level, time, msg, err, ...all } = JSON.parse(json) as Record<string, unknown>;
  const name = String(level);
  const { request, fields } = splitRequest(all);
  const details = Object.entries(fields).map(
    ([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`,
  );
  const cause = (err as { message?: string } | undefined)?.message;
  const text = [
    ...request,
    ...(request.length > 0 && msg === "request" ? [] : [String(msg ?? "")]),
    ...details,
    ...(cause === undefined ? [] : [`(${cause})`]),
  ]
    .map(printable)
    .join(" ");
  return `${paint("dim", clock(String(time)))} ${paint(levelColors[name], name.padEnd(5))} ${text}\n`;
}

/** A request's line starts with what a person looks for: `GET /path 200 1.2 ms`. */
function splitRequest(all: Record<string, unknown>): { request: string[]; fields: Record<string, unknown> } {
  const { method, path, status, ms, ...fields } = all;
  if (typeof method !== "string" || typeof path !== "string" || status === undefined)
    return { request: [], fields: all };
  return { request: [method, path, String(status), `${String(ms)} ms`], fields };
}

function clock(time: string): string {
  return new Date(time).toTimeString().slice(0, 8);
}
