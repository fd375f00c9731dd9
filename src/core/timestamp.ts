const exactTimestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)$/;
const firstMillisecond = Date.parse("0000-01-01T00:00:00.000Z");
const lastMillisecond = Date.parse("9999-12-31T23:59:59.999Z");

/**
 * A time as RFC 3339: kept as given where it is that; another date text that names its year, or
 * epoch milliseconds, made RFC 3339; undefined for everything else.
 */
export function toTimestamp(value: unknown): string | undefined {
  if (typeof value === "number") return fromMilliseconds(value);
  if (typeof value !== "string" || value.length > 64) return undefined;
  if (exactTimestamp.test(value)) return isOnCalendar(value) ? value : undefined;
  // Date.parse reads a bare number in any text as a month of some year: "retry 5" is not a time.
  return /\d{4}/.test(value) ? fromMilliseconds(Date.parse(value)) : undefined;
}

function fromMilliseconds(milliseconds: number): string | undefined {
  const inRange = milliseconds >= firstMillisecond && milliseconds <= lastMillisecond;
  return inRange ? new Date(milliseconds).toISOString() : undefined;
}

/** Date.parse takes 30 February for 2 March, and 24:00 for the next day. */
function isOnCalendar(timestamp: string): boolean {
  const local = timestamp.slice(0, "2026-01-31T09:30:00".length);
  const milliseconds = Date.parse(`${local}Z`);
  if (Number.isNaN(milliseconds) || Number.isNaN(Date.parse(timestamp))) return false;
  return new Date(milliseconds).toISOString().startsWith(local);
}
