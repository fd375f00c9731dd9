/* Figures as both renderers write them. All of it is plain ASCII but for `–`, which stands for "not known". */

const unknown = "–";

/** How long something took: `0ms`, `340ms`, `1.2s`, `42s`, `3m05s`, `2h10m`, `4d03h`. */
export function formatDuration(milliseconds: number | null): string {
  if (milliseconds === null || !Number.isFinite(milliseconds)) return unknown;
  const ms = Math.max(0, Math.round(milliseconds));
  if (ms < 1_000) return `${ms}ms`;
  if (ms < 9_950) return `${(ms / 1_000).toFixed(1)}s`;
  const seconds = Math.round(ms / 1_000);
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m${two(seconds % 60)}s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 1_440) return `${Math.floor(minutes / 60)}h${two(minutes % 60)}m`;
  const hours = Math.floor(minutes / 60);
  return `${Math.floor(hours / 24)}d${two(hours % 24)}h`;
}

/** How long ago `at` was (epoch milliseconds): `now`, `5s`, `3m`, `2h`, `12d`. */
export function formatAge(at: number | null, now: number): string {
  if (at === null || !Number.isFinite(at)) return unknown;
  const seconds = Math.floor((now - at) / 1_000);
  if (seconds < 1) return "now";
  if (seconds < 60) return `${seconds}s`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}

const counts = ["", "k", "M", "G", "T"];

/** A count in at most five characters: `950`, `12.3k`, `4.5M`. */
export function formatCount(count: number): string {
  if (!Number.isFinite(count)) return unknown;
  return scaled(count, 1_000, counts);
}

/** Made once: making one costs more than all that it formats. */
const grouped = new Intl.NumberFormat("en-US");

/** A count in full, grouped by thousands: `1,234,567`. */
export function formatExact(count: number): string {
  return Number.isFinite(count) ? grouped.format(count) : unknown;
}

/** US dollars: `$0`, `$0.0042`, `$0.13`, `$12.50`, `$1.2k`. */
export function formatCost(usd: number): string {
  if (!Number.isFinite(usd)) return unknown;
  if (usd === 0) return "$0";
  if (Math.abs(usd) >= 1_000) return `$${scaled(usd, 1_000, counts)}`;
  if (Math.abs(usd) >= 0.095) return `$${usd.toFixed(2)}`;
  return Math.abs(usd) < 0.0001 ? "<$0.0001" : `$${Number(usd.toPrecision(2))}`;
}

/** Bytes: `512 B`, `1.5 KB`, `20 MB`; powers of 1024. */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return unknown;
  return scaled(bytes, 1024, [" B", " KB", " MB", " GB", " TB"]);
}

/** A share as a percentage: `0%`, `42%`, `100%` only where it is whole. */
export function formatShare(part: number, whole: number): string {
  if (whole <= 0) return "0%";
  const percent = (part / whole) * 100;
  return `${part >= whole ? 100 : Math.min(99, Math.round(percent))}%`;
}

/** The local time of day: `14:03:09`, with `precise` also the milliseconds. */
export function formatClock(at: number | null, precise = false): string {
  const date = new Date(at ?? Number.NaN);
  if (Number.isNaN(date.getTime())) return "--:--:--";
  const clock = [date.getHours(), date.getMinutes(), date.getSeconds()].map(two).join(":");
  return precise ? `${clock}.${String(date.getMilliseconds()).padStart(3, "0")}` : clock;
}

/** The local date and time: `2026-01-31 14:03:09`. */
export function formatTime(at: number | null): string {
  const date = new Date(at ?? Number.NaN);
  if (Number.isNaN(date.getTime())) return unknown;
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())} ${formatClock(date.getTime())}`;
}

/** How many there are, with the word for it: `1 event`, `3 events`. */
export function formatNumberOf(count: number, one: string, many = `${one}s`): string {
  return `${formatExact(count)} ${count === 1 ? one : many}`;
}

function scaled(value: number, step: number, units: readonly string[]): string {
  let unit = 0;
  let rest = Math.abs(value);
  while (unit < units.length - 1 && rounded(rest) >= step) {
    rest /= step;
    unit += 1;
  }
  const sign = value < 0 ? "-" : "";
  return `${sign}${unit === 0 ? Math.round(rest) : rounded(rest)}${units[unit]}`;
}

/** To one decimal below 100, as it is shown: 999.97 is 1000 already. */
function rounded(value: number): number {
  return value < 99.95 ? Math.round(value * 10) / 10 : Math.round(value);
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
