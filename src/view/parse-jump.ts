export type Jump = { seq: number } | { at: number };

const units: Record<string, number> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

/**
 * Where a person wants to go: a seq (`1234`, `#1,234`), how long ago (`5m`, `2h`), a time of day
 * (`14:03`, `14:03:22`: the last time that it was so), or a date with or without a time.
 */
export function parseJump(text: string, now: number): Jump | undefined {
  const trimmed = text.trim();
  const seq = /^#?(\d[\d,]*)$/.exec(trimmed)?.[1];
  if (seq !== undefined) return { seq: Number(seq.replaceAll(",", "")) };
  const ago = /^(\d{1,6})\s*([smhd])( ago)?$/.exec(trimmed);
  if (ago) return { at: now - Number(ago[1]) * units[ago[2]!]! };
  const time = /^(\d{1,2}):(\d{2})(?::(\d{2}))?$/.exec(trimmed);
  if (time) return timeOfDay(Number(time[1]), Number(time[2]), Number(time[3] ?? 0), now);
  const at = Date.parse(trimmed.replace(/^(\d{4}-\d{2}-\d{2}) /, "$1T"));
  return Number.isNaN(at) ? undefined : { at };
}

function timeOfDay(hours: number, minutes: number, seconds: number, now: number): Jump | undefined {
  if (hours > 23 || minutes > 59 || seconds > 59) return undefined;
  const date = new Date(now);
  date.setHours(hours, minutes, seconds, 0);
  if (date.getTime() > now) date.setDate(date.getDate() - 1);
  return { at: date.getTime() };
}
