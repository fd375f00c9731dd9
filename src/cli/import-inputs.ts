import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import { readdir, readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, resolve } from "node:path";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { linesOf } from "../client/ndjson.js";
import { AppError } from "../core/errors.js";
import { parseSessionId } from "../core/ids.js";
import { isJsonObject } from "../core/json.js";
import { readLog } from "./files-source.js";

/** Lines of events, which can be read more than once. */
export interface ImportInput {
  /** As the user wrote it; what problems are reported under. */
  name: string;
  lines(): AsyncIterable<string>;
}

export interface OpenedInputs {
  inputs: AsyncIterable<ImportInput>;
  close(): Promise<void>;
}

const sessionFiles = ["changes.jsonl", "actions.jsonl", "responses.jsonl", "metadata.json", "state.json"];

/** What a path holds: a file of events, `-` (standard input), a session's folder, or a whole storage. */
export async function openInputs(path: string, cwd: string, stdin: Readable): Promise<OpenedInputs> {
  if (path === "-") return openStdin(stdin);
  const full = resolve(cwd, path);
  const stat = statSync(full, { throwIfNoEntry: false });
  if (!stat) throw new AppError("usage", `There is no file or folder ${path}.`);
  if (!stat.isDirectory())
    return { inputs: oneInput({ name: path, lines: () => linesOf(createReadStream(full)) }), close: async () => {} };
  if (statSync(join(full, "sessions"), { throwIfNoEntry: false })?.isDirectory()) return openStorage(path, full);
  if (sessionFiles.some((name) => existsSync(join(full, name)))) return openSessionFolder(path, full);
  throw new AppError(
    "usage",
    `${path} holds no session. Give a file of events (NDJSON), a session's folder, or a storage folder.`,
  );
}

async function* oneInput(input: ImportInput): AsyncGenerator<ImportInput> {
  yield input;
}

/** Standard input is kept in a file meanwhile, since it is checked whole before anything is stored. */
async function openStdin(stdin: Readable): Promise<OpenedInputs> {
  const folder = mkdtempSync(join(tmpdir(), "claude-sessions-import-"));
  const file = join(folder, "stdin.ndjson");
  await pipeline(stdin, createWriteStream(file, { mode: 0o600 }));
  return {
    inputs: oneInput({ name: "-", lines: () => linesOf(createReadStream(file)) }),
    close: async () => rmSync(folder, { recursive: true, force: true }),
  };
}

async function openStorage(path: string, full: string): Promise<OpenedInputs> {
  const { openReadOnlyStore } = await import("../storage/file/read-only-store.js");
  const store = await openReadOnlyStore({ path: full });
  async function* inputs(): AsyncGenerator<ImportInput> {
    for (const sessionId of (await readdir(join(full, "sessions"))).toSorted()) {
      if ((await store.head(sessionId)) === 0) continue;
      yield { name: join(path, "sessions", sessionId), lines: () => readLog(store, sessionId, {}) };
    }
  }
  return { inputs: inputs(), close: () => store.close() };
}

/** A single folder is read as the only session of a storage made for the purpose. */
async function openSessionFolder(path: string, full: string): Promise<OpenedInputs> {
  const { openReadOnlyStore } = await import("../storage/file/read-only-store.js");
  const sessionId = await sessionIdOfFolder(full);
  const root = mkdtempSync(join(tmpdir(), "claude-sessions-import-"));
  mkdirSync(join(root, "sessions"));
  symlinkSync(full, join(root, "sessions", sessionId), "junction");
  const store = await openReadOnlyStore({ path: root });
  return {
    inputs: oneInput({ name: path, lines: () => readLog(store, sessionId, {}) }),
    close: async () => {
      await store.close();
      rmSync(root, { recursive: true, force: true });
    },
  };
}

async function sessionIdOfFolder(full: string): Promise<string> {
  const text = await readFile(join(full, "metadata.json"), "utf8").catch(() => "");
  return parseSessionId(idInMetadata(text) ?? basename(full));
}

function idInMetadata(text: string): string | undefined {
  try {
    const metadata: unknown = JSON.parse(text);
    const id = isJsonObject(metadata) ? metadata["sessionId"] : undefined;
    return typeof id === "string" ? id : undefined;
  } catch {
    return undefined;
  }
}
