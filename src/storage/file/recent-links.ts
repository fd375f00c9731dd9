import { readdir, rm, symlink } from "node:fs/promises";
import { join } from "node:path";
import type { Layout } from "./layout.js";
import type { Notify } from "./notice.js";
import { errorCode } from "./storage-fs.js";

const kept = 10;
const delayMs = 1000;

/** Keeps `recent/01-<id>` … `10-<id>`, links to the last ten sessions, behind the writes. */
export class RecentLinks {
  private ids: string[] = [];
  private readonly folder: string;
  private readonly notify: Notify;
  private written = "";
  private timer: NodeJS.Timeout | undefined;

  constructor({ layout, notify }: { layout: Layout; notify: Notify }) {
    this.folder = layout.recent;
    this.notify = notify;
  }

  /** What was recent before this start, newest first. */
  seed(sessionIds: readonly string[]): void {
    this.ids = [...new Set([...this.ids, ...sessionIds])].slice(0, kept);
    this.schedule();
  }

  /** Sessions that moved, with their heads; 0 for one that was deleted. */
  touch(heads: ReadonlyMap<string, number>): void {
    const moved = [...heads].filter(([, head]) => head > 0).map(([sessionId]) => sessionId);
    const others = this.ids.filter((sessionId) => !heads.has(sessionId));
    this.ids = [...moved.toReversed(), ...others].slice(0, kept);
    this.schedule();
  }

  private schedule(): void {
    if (this.timer) return;
    this.timer = setTimeout(() => void this.flush(), delayMs);
    this.timer.unref();
  }

  async flush(): Promise<void> {
    clearTimeout(this.timer);
    this.timer = undefined;
    const names = this.ids.map((sessionId, index) => `${String(index + 1).padStart(2, "0")}-${sessionId}`);
    if (names.join("/") === this.written) return;
    this.written = names.join("/");
    try {
      await this.replaceLinks(new Set(names));
    } catch (error) {
      this.notify({ level: "warn", message: "The links to recent sessions could not be written", detail: { error } });
    }
  }

  private async replaceLinks(names: ReadonlySet<string>): Promise<void> {
    for (const name of await readdir(this.folder)) {
      if (!names.has(name)) await rm(join(this.folder, name), { force: true });
    }
    for (const name of names) {
      await symlink(join("..", "sessions", name.slice(3)), join(this.folder, name)).catch(ignoreExisting);
    }
  }
}

function ignoreExisting(error: unknown): void {
  if (errorCode(error) !== "EEXIST") throw error;
}
