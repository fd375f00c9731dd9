import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** Room for the cells of a few frames, which die young. */
const youngBytes = 16_000_000;
/** How much garbage may lie beside what is in use before it is collected, in per cent of that. */
const slackPercent = 20;
const checkMs = 100;

/**
 * Keeps the heap of a program that is left open near what it uses. Left alone, V8 lets the young
 * generation of one that allocates steadily grow to 130 MB, and the old one to three times what
 * lives in it.
 *
 * @returns ends the watch for the young generation to have grown enough
 */
export function keepHeapSmall(): () => void {
  setFlagsFromString(`--heap-growing-percent=${slackPercent}`);
  // It grows by a factor when it proves too small: one step leads where it is to be, and stay.
  growYoungBy(Math.max(1, Math.round(youngBytes / youngSize())));
  const timer = setInterval(() => {
    if (youngSize() < youngBytes) return;
    growYoungBy(1);
    clearInterval(timer);
  }, checkMs);
  timer.unref();
  return () => clearInterval(timer);
}

function growYoungBy(factor: number): void {
  setFlagsFromString(`--semi-space-growth-factor=${factor}`);
}

function youngSize(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space")?.space_size ?? youngBytes;
}
