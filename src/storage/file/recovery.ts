import fs from "node:fs";
import { basename, join } from "node:path";
import { numberOf } from "../../core/number-of.js";
import { restOf, scanSegment, tornTail, type JournalRecord } from "./journal-format.js";
import type { Feed } from "./feed.js";
import { listSegments } from "./journal.js";
import type { Layout } from "./layout.js";
import type { Notify } from "./notice.js";
import { Replay } from "./replay.js";
import { fsyncFolder, type StorageFs } from "./storage-fs.js";

export interface RecoveryReport {
  /** Events that were written again, or found to be there, out of the journal. */
  events: number;
  /** Sessions whose files were made whole. */
  sessions: ReadonlySet<string>;
  /** Sessions whose removal the journal holds. */
  deleted: ReadonlySet<string>;
  /** Bytes at the end of the journal that were never acknowledged. */
  tornBytes: number;
  /** Segments that were damaged, and where they are kept, below the storage folder. */
  damaged: readonly string[];
}

interface RecoveryOptions {
  layout: Layout;
  feed: Feed;
  io: StorageFs;
  notify: Notify;
}

interface Segment {
  path: string;
  records: JournalRecord[];
  /** Bytes behind the last whole group. */
  rest: number;
  /** The rest is not what a crash leaves. */
  damaged: boolean;
}

/**
 * Puts the journal onto the session files, then empties it. What a file holds from the journal's
 * first write to it on is written again from the journal, byte for byte at its old place: after a
 * power cut those bytes may be missing, torn or zero. Doing it twice changes nothing.
 */
export async function recover(options: RecoveryOptions): Promise<RecoveryReport> {
  const { layout, feed, io, notify } = options;
  io.rmSync(layout.trash, { recursive: true, force: true });
  const segments = readSegments(layout);
  const replay = new Replay(
    options,
    segments.map(({ records }) => records),
  );
  replay.run();
  await replay.finish();
  feed.publish();
  const damaged = segments.filter((segment) => segment.damaged).map((segment) => keepDamaged(segment, options));
  for (const { path } of segments) io.rmSync(path, { force: true });
  fsyncFolder(layout.journal, io);
  const tornBytes = segments.reduce((sum, segment) => sum + (segment.damaged ? 0 : segment.rest), 0);
  if (replay.events > 0 || tornBytes > 0) {
    const message = `Recovered ${numberOf(replay.events, "event")} of ${numberOf(replay.sessions.size, "session")} from the journal`;
    notify({ level: "info", message, detail: { tornBytes } });
  }
  return { events: replay.events, sessions: replay.sessions, deleted: replay.deleted, tornBytes, damaged };
}

/** Puts what the journal holds of these sessions onto their files, under a running server. */
export async function replaySessions(options: RecoveryOptions & { only: ReadonlySet<string> }): Promise<void> {
  const replay = new Replay(
    options,
    readSegments(options.layout).map(({ records }) => records),
  );
  replay.run();
  await replay.finish();
}

function readSegments({ journal }: Layout): Segment[] {
  const listed = listSegments(journal);
  return listed.map(({ path }, index) => {
    const bytes = fs.readFileSync(path);
    const groups = [...scanSegment(bytes)];
    const rest = restOf(bytes, groups.at(-1)?.end ?? 0);
    const damaged = rest.length > 0 && (index < listed.length - 1 || !tornTail(rest));
    return { path, records: groups.flatMap(({ records }) => records), rest: rest.length, damaged };
  });
}

/** Moves a damaged segment out of the journal: it may hold what nothing else holds. */
function keepDamaged({ path, rest }: Segment, { layout, io, notify }: RecoveryOptions): string {
  io.mkdirSync(layout.damaged, { recursive: true });
  const taken = fs.readdirSync(layout.damaged).length;
  const name = `${taken + 1}-${basename(path)}`;
  io.renameSync(path, join(layout.damaged, name));
  fsyncFolder(layout.damaged, io);
  const message = `A journal segment is damaged: ${rest} bytes of it cannot be read. It is kept as damaged/${name}; check the disk and run 'claude-sessions verify'`;
  notify({ level: "error", message, detail: { path: `damaged/${name}`, unreadable: rest } });
  return `damaged/${name}`;
}
