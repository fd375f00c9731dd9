import fs from "node:fs";
import { join } from "node:path";
import { streams } from "../../core/event.js";
import { streamFile, type Layout } from "./layout.js";
import type { Notify } from "./notice.js";
import { isPredecessorFolder, originalsFolder, readPredecessor } from "./predecessor.js";
import { fsyncFolder, type StorageFs } from "./storage-fs.js";

/**
 * Rewrites a folder of the predecessor as a log of events; its files stay, as they were found, in a
 * subfolder. changes.jsonl comes last and makes it valid, so a crash before leaves it to be done again.
 */
export function adoptPredecessor(folder: string, io: StorageFs, notify: Notify): void {
  const lines = readPredecessor(folder);
  keepOriginals(folder, io);
  for (const name of ["state.json", "metadata.json"]) io.rmSync(join(folder, name), { force: true });
  for (const stream of streams) {
    const text = lines.filter((line) => line.stream === stream).map((line) => `${line.text}\n`);
    const temporary = `${streamFile(folder, stream)}.tmp`;
    fs.writeFileSync(temporary, text.join(""), { flush: true });
    io.renameSync(temporary, streamFile(folder, stream));
  }
  fsyncFolder(folder, io);
  notify({ level: "info", message: `A session of the predecessor was adopted (${lines.length} events)`, detail: { folder } });
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
export function adoptAll(layout: Layout, io: StorageFs, notify: Notify, onProgress?: (progress: { done: number; total: number }) => void): void {
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
