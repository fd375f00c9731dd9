import { formatDuration } from "../../view/format.js";

/** How long something took, with room between the units: `340ms`, `3m 5s`, `2h 10m`. */
export function durationWords(milliseconds: number | null): string {
  return formatDuration(milliseconds).replace(/([a-z])0?(\d)/g, "$1 $2");
}

/** A text on one line without the marks of Markdown, which say nothing there. */
export function plainWords(line: string): string {
  return line.replace(/(?:^|(?<=\s))(?:#{1,6}|>|-)\s/g, "").replace(/(\*\*|__|`)(?=\S)(.+?)(?<=\S)\1/g, "$2");
}

const dayFormat = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", timeZone: "UTC" });

/** `2026-11-10` as `10 Nov`; what is no day as it is. */
export function dayWords(day: string): string {
  const at = Date.parse(`${day}T00:00:00Z`);
  return Number.isNaN(at) ? day : dayFormat.format(at);
}
