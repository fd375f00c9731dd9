import { setTimeout as delay } from "node:timers/promises";
import type { Command } from "commander";
import { numberOf } from "../../core/number-of.js";
import { interruptible, printJson, type Cli } from "../cli.js";
import { createProgress } from "../progress.js";
import { addJsonOption } from "../session-options.js";
import { requireStorage, storageOption, type StorageOptions } from "../storage-option.js";

const pollMs = 50;

export function registerReindex(program: Command, cli: Cli): void {
  addJsonOption(program.command("reindex").addOption(storageOption("the folder whose index is made anew")))
    .description("throw the search index away and build it anew from the files")
    .addHelpText(
      "after",
      `
The server must not be running on the folder. The files are the truth, so nothing can be lost.

Examples:
  claude-sessions reindex --storage /var/claude-sessions`,
    )
    .action(async (options: StorageOptions & { json?: boolean }) => {
      const path = requireStorage(options, cli);
      const stats = await interruptible(cli, (signal) => reindex(cli, path, signal));
      if (options.json) return printJson(cli, stats);
      await cli.out.write(`Indexed ${numberOf(stats.total, "session")} with ${numberOf(stats.events, "event")}.\n`);
    });
}

async function reindex(cli: Cli, path: string, signal: AbortSignal): Promise<{ total: number; events: number }> {
  const { openFileStore } = await import("../../storage/file/file-store.js");
  await dropIndex(path, cli.context.now());
  const progress = createProgress("Indexing", cli.context);
  const store = await openFileStore({ path, now: cli.context.now, onIndexProgress: progress.update });
  try {
    const { total, events } = await store.stats();
    const text = createProgress("Indexing text", cli.context);
    for (let left = store.status().indexLag; left > 0; left = store.status().indexLag) {
      signal.throwIfAborted();
      text.update({ done: Math.max(0, events - left), total: events });
      await delay(pollMs);
    }
    text.end();
    return { total, events };
  } finally {
    progress.end();
    await store.close();
  }
}

/** Removes the index's files while nobody else can have the storage open. @throws AppError `storage_locked` */
async function dropIndex(path: string, now: number): Promise<void> {
  const { layoutOf } = await import("../../storage/file/layout.js");
  const { takeLock } = await import("../../storage/file/lock.js");
  const { removeIndexFile } = await import("../../storage/index/schema.js");
  const { index, lock } = layoutOf(path);
  const taken = takeLock(lock, new Date(now).toISOString());
  try {
    removeIndexFile(index);
  } finally {
    taken.release();
  }
}
