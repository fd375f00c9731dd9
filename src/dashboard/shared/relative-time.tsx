import { formatAge, formatTime } from "../../view/format.js";

/** How long ago something was, with the time in full to point at. `now` comes from the view's snapshot. */
export function RelativeTime({ at, now, suffix = "" }: { at: number | null; now: number; suffix?: string }) {
  if (at === null) return <span>–</span>;
  const age = formatAge(at, now);
  return (
    <time dateTime={new Date(at).toISOString()} title={formatTime(at)}>
      {age}
      {age === "now" ? "" : suffix}
    </time>
  );
}
