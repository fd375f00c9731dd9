import { onTestFinished } from "vitest";
import { describeQueries } from "./queries.js";
import { describeReading } from "./reading.js";
import { describeRestart } from "./restart.js";
import type { SetUp, StoreUnderTest } from "./under-test.js";
import { describeWriting } from "./writing.js";

interface SuiteOptions {
  name: string;
  /** Whether the engine keeps anything beyond its process. */
  durable: boolean;
  open(options: { now: () => number }): Promise<StoreUnderTest>;
}

/** What every engine of the SessionStore port must do. */
export function describeStore({ name, durable, open }: SuiteOptions): void {
  const setUp: SetUp = async () => {
    const clock = { now: Date.parse("2026-01-31T09:30:00.000Z") };
    const under = await open({ now: () => clock.now });
    onTestFinished(() => under.dispose());
    return { ...under, clock };
  };
  describeWriting(name, setUp);
  describeReading(name, setUp);
  describeQueries(name, setUp);
  if (durable) describeRestart(name, setUp);
}
