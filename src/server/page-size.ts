/**
 * How many lines to ask for so that a page comes to about `targetBytes`, by the size of the lines
 * that were read last. Keeps what is held at once small whatever the size of the events.
 */
export class PageSize {
  private averageBytes = 4096;
  private readonly most: number;

  constructor(most = 1024) {
    this.most = most;
  }

  limit(targetBytes: number): number {
    return Math.max(1, Math.min(this.most, Math.floor(targetBytes / this.averageBytes)));
  }

  learn(bytes: number, lines: number): void {
    if (lines === 0) return;
    const seen = bytes / lines;
    // Upwards at once, so that a run of large events is met by small pages.
    this.averageBytes = Math.max(64, seen > this.averageBytes ? seen : (this.averageBytes * 3 + seen) / 4);
  }
}
