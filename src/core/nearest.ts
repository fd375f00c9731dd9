/** The candidate that is closest to a misspelt word; undefined where none is near. */
export function nearest(word: string, candidates: readonly string[]): string | undefined {
  const begun = candidates.find(
    (candidate) => word.length > 2 && (candidate.startsWith(word) || word.startsWith(candidate)),
  );
  if (begun !== undefined) return begun;
  const ranked = candidates
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .sort((a, b) => a.distance - b.distance);
  const [best] = ranked;
  if (best === undefined) return undefined;
  const { candidate, distance } = best;
  const isLike = distance < Math.max(word.length, candidate.length);
  return isLike && distance <= Math.max(2, Math.floor(candidate.length / 3)) ? candidate : undefined;
}

/** ` Did you mean 'x'?`, or nothing. */
export function didYouMean(word: string, candidates: readonly string[]): string {
  const candidate = nearest(word, candidates);
  return candidate === undefined ? "" : ` Did you mean '${candidate}'?`;
}

/** Insertions, deletions and replacements that make one word the other (Levenshtein). */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) {
      const replaced = previous[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1);
      row.push(Math.min(replaced, previous[j]! + 1, row[j - 1]! + 1));
    }
    previous = row;
  }
  return previous[b.length]!;
}
