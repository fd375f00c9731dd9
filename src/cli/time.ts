import { AppError } from "../core/errors.js";

const units = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["m", 60_000],
  ["s", 1_000],
] as const;

/** How long ago an RFC 3339 time was, for people: `now`, `42s`, `5m`, `3h`, `12d`. */
export function age(timestamp: string, now: number): string {
  const elapsed = now - Date.parse(timestamp);
  if (Number.isNaN(elapsed)) return "";
  const unit = units.find(([, milliseconds]) => elapsed >= milliseconds);
  return unit ? `${Math.floor(elapsed / unit[1])}${unit[0]} ago` : "now";
}

/**
 * A point in time as people write it: RFC 3339, a date, or how long ago (`90s`, `15m`, `2h`, `3d`).
 *
 * @throws AppError `usage`
 */
export function parseTime(text: string, now: number): string {
  const [, amount, unit] = /^(\d{1,9})([smhd])$/.exec(text) ?? [];
  const milliseconds = amount ? now - Number(amount) * units.find(([name]) => name === unit)![1] : Date.parse(text);
  if (Math.abs(milliseconds) <= 8.64e15) return new Date(milliseconds).toISOString();
  throw new AppError(
    "usage",
    `'${text}' is not a time. Give one such as 2026-01-31, 2026-01-31T09:30:00Z, or 2h for two hours ago.`,
  );
}
