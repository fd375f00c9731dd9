import { open } from "node:fs/promises";
import { join } from "node:path";
import type { ViewSource } from "../../view/source.js";

const pageSize = 1_000;

/** Writes a session's whole log as NDJSON to a new file in the folder; resolves to its path. */
export async function exportSession(source: ViewSource, sessionId: string, folder: string): Promise<string> {
  const { file, path } = await createFile(folder, sessionId);
  try {
    for (let after = 0, more = true; more;) {
      const page = await source.events(sessionId, { after, limit: pageSize });
      await file.write(page.events.map((event) => `${JSON.stringify(event)}\n`).join(""));
      after = page.events.at(-1)?.seq ?? after;
      more = page.more && page.events.length > 0;
    }
  } finally {
    await file.close();
  }
  return path;
}

/** Nothing is written over: a second export gets a number. */
async function createFile(folder: string, sessionId: string) {
  for (let number = 1; ; number++) {
    const path = join(folder, `${sessionId}${number === 1 ? "" : `-${number}`}.jsonl`);
    try {
      return { path, file: await open(path, "wx") };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") throw error;
    }
  }
}
