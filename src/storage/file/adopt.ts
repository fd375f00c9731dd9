import fs from "node:fs";
import { basename, join } from "node:path";
import { streams } from "../../core/event.js";
import { numberOf } from "../../core/number-of.js";
import { emptySession } from "../../core/session.js";
import { streamFile, type Layout } from "./layout.js";
import { foldLines } from "./load-session.js";
import type { Notify } from "./notice.js";
import { isPredecessorFolder, originalsFolder, readPredecessor } from "./predecessor.js";
import { fsyncFolder, type StorageFs } from "./storage-fs.js";

/**
 * Rewrites a folder of the predecessor as a log of events and its snapshots; its files stay, as they were found, in a
 * subfolder. changes.jsonl comes last and makes it valid, so a crash before leaves it to be done again.
 */
export function adoptPredecessor(folder: string, io: StorageFs, notify: Notify): void {
  const lines = readPredecessor(folder);
  keepOriginals(folder, io);
  const { state, metadata, initial, final } = foldLines(emptySession(basename(folder)), lines);
  for (const [name, value] of Object.entries({ state, metadata, initial, final })) {
    const path = join(folder, `${name}.json`);
    if (value === null) io.rmSync(path, { force: true });
    else replaceFile(path, `${JSON.stringify(value, null, 2)}\n`, io);
  }
  for (const stream of streams) {
    const text = lines.filter((line) => line.stream === stream).map((line) => `${line.text}\n`);
    replaceFile(streamFile(folder, stream), text.join(""), io);
  }
  fsyncFolder(folder, io);
  notify({
    level: "info",
    message: `A session of the predecessor was adopted (${numberOf(lines.length, "event")})`,
    detail: { folder },
  });
}

function replaceFile(path: string, text: string, io: StorageFs): void {
  fs.writeFileSync(`${path}.tmp`, text, { flush: true });
  io.renameSync(`${path}.tmp`, path);
}

function keepOriginals(folder: string, io: StorageFs): void {
  const originals = join(folder, originalsFolder);
  if (fs.existsSync(originals)) return;
  const temporary = `${originals}.tmp`;
  fs.rmSync(temporary, { recursive: true, force: true });
  fs.mkdirSync(temporary);
  for (const entry of fs.readdirSync(folder, { withFileTypes: true })) {
    if (entry.isFile()) fs.copyFileSync(join(folder, entry.name), join(temporary, entry.name));
  }
  fsyncFolder(temporary, io);
  io.renameSync(temporary, originals);
  fsyncFolder(folder, io);
}

/** Adopts every folder of the predecessor, once: a marker says that it has been done. */
export function adoptAll(
  layout: Layout,
  io: StorageFs,
  notify: Notify,
  onProgress?: (progress: { done: number; total: number }) => void,
): void {
  const marker = join(layout.root, "format");
  if (fs.existsSync(marker)) return;
  const names = fs.readdirSync(layout.sessions);
  names.forEach((name, index) => {
    const folder = join(layout.sessions, name);
    if (isPredecessorFolder(folder)) adoptPredecessor(folder, io, notify);
    if (index % 100 === 99) onProgress?.({ done: index + 1, total: names.length });
  });
  fs.writeFileSync(marker, "1\n", { flush: true });
}
