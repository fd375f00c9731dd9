import type { Health, Stats } from "../client/types.js";
import type { ViewSource } from "./source.js";

const everyMs = 5_000;
/** After something that changes them. */
const soonMs = 1_000;

/** Figures of the whole source, read every few seconds while somebody looks. */
export class SourceFigures {
  stats: Stats | null = null;
  health: Health | null = null;
  private readonly options: { source: Pick<ViewSource, "stats" | "health">; changed(): void };
  private readAt = -Infinity;
  private expired = true;
  private reading = false;

  constructor(options: SourceFigures["options"]) {
    this.options = options;
  }

  /** They are other ones by now. */
  expire(): void {
    this.expired = true;
  }

  /** Reads them where they are too old at `now`, epoch milliseconds. */
  read(now: number): void {
    if (this.reading || now - this.readAt < (this.expired ? soonMs : everyMs)) return;
    this.readAt = now;
    this.expired = false;
    void this.load();
  }

  private async load(): Promise<void> {
    const { source, changed } = this.options;
    this.reading = true;
    const [stats, health] = await Promise.allSettled([source.stats(), source.health()]);
    this.reading = false;
    if (stats.status === "fulfilled") this.stats = stats.value;
    this.health = health.status === "fulfilled" ? health.value : null;
    changed();
  }
}
