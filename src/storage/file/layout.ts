import { join } from "node:path";
import type { Stream } from "../../core/event.js";

/** Where everything of a store lies under its root. */
export interface Layout {
  root: string;
  sessions: string;
  recent: string;
  journal: string;
  feed: string;
  trash: string;
  /** Journal segments that could not be read whole. */
  damaged: string;
  index: string;
  lock: string;
}

export function layoutOf(root: string): Layout {
  return {
    root,
    sessions: join(root, "sessions"),
    recent: join(root, "recent"),
    journal: join(root, "journal"),
    feed: join(root, "feed"),
    trash: join(root, "trash"),
    damaged: join(root, "damaged"),
    index: join(root, "index.sqlite"),
    lock: join(root, "lock"),
  };
}

export function streamFile(folder: string, stream: Stream): string {
  return join(folder, `${stream}.jsonl`);
}
