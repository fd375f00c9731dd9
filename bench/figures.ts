/** One line of the table: a ratio, what it is the ratio of, and the mark that it has to reach. */
export interface Figure {
  name: string;
  /** The mark as a person reads it, such as "≥ 0.9 × a Hono app that stores nothing". */
  goal: string;
  ratio: number;
  measured: string;
  baseline: string;
  pass: boolean;
}

interface Quantity {
  value: number;
  unit: string;
}

interface Comparison {
  name: string;
  /** What the baseline is, in words. */
  than: string;
  measured: Quantity;
  baseline: Quantity;
}

/** Passes where measured / baseline reaches `mark`; for rates. */
export function atLeast(mark: number, comparison: Comparison): Figure {
  return compare(`≥ ${mark} ×`, comparison, (ratio) => ratio >= mark);
}

/** Passes where measured / baseline stays within `mark`; for times and memory. */
export function atMost(mark: number, comparison: Comparison): Figure {
  return compare(`≤ ${mark} ×`, comparison, (ratio) => ratio <= mark);
}

/** Passes where the value itself stays within a limit of the same unit; the ratio is to that limit. */
export function within(limit: Quantity, name: string, measured: number): Figure {
  return {
    name,
    goal: `≤ ${format(limit)}`,
    ratio: measured / limit.value,
    measured: format({ value: measured, unit: limit.unit }),
    baseline: "",
    pass: measured <= limit.value,
  };
}

function compare(
  mark: string,
  { name, than, measured, baseline }: Comparison,
  reaches: (ratio: number) => boolean,
): Figure {
  const ratio = measured.value / baseline.value;
  return {
    name,
    goal: `${mark} ${than}`,
    ratio,
    measured: format(measured),
    baseline: format(baseline),
    pass: reaches(ratio),
  };
}

function format({ value, unit }: Quantity): string {
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return `${value.toLocaleString("en", { maximumFractionDigits: digits, minimumFractionDigits: 0 })} ${unit}`;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

function percentile(values: readonly number[], rank: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * rank))] ?? Number.NaN;
}

/**
 * Measures several things in turn, round after round, so that a slow moment of the machine hits all
 * of them; the median of each.
 */
export async function interleave<K extends string>(
  rounds: number,
  measures: Record<K, () => Promise<number>>,
): Promise<Record<K, number>> {
  const names = Object.keys(measures) as K[];
  const values = new Map<K, number[]>(names.map((name) => [name, []]));
  for (let round = 0; round < rounds; round++) {
    for (const name of round % 2 === 0 ? names : names.toReversed()) values.get(name)!.push(await measures[name]());
  }
  return Object.fromEntries(names.map((name) => [name, median(values.get(name)!)])) as Record<K, number>;
}
