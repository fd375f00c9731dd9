/** Answers that are dear to make, kept for a moment by key: many who ask at once are given the same one. */
export class KeptAnswers<T> {
  private readonly answers = new Map<string, { at: number; answer: Promise<T> }>();
  private readonly now: () => number;
  private readonly keepMs: number;

  constructor(options: { now: () => number; keepMs: number }) {
    this.now = options.now;
    this.keepMs = options.keepMs;
  }

  get(key: string, make: () => Promise<T>): Promise<T> {
    const now = this.now();
    for (const [key, { at }] of this.answers) if (now - at >= this.keepMs || at > now) this.answers.delete(key);
    const kept = this.answers.get(key);
    if (kept) return kept.answer;
    const answer = make();
    this.answers.set(key, { at: now, answer });
    answer.catch(() => this.answers.delete(key));
    return answer;
  }
}
