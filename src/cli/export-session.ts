import { createWriteStream, existsSync, statSync, type WriteStream } from "node:fs";
import { mkdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { once } from "node:events";
import { AppError } from "../core/errors.js";
import { streamOf, streams, type SessionEvent } from "../core/event.js";
import { emptySession, reduceSession, type Session } from "../core/session.js";
import { encodeLine } from "../storage/line.js";

type Lines = AsyncIterable<string>;

/** Writes the log as NDJSON; the file appears whole or not at all. Resolves to the path and the number of events. */
export async function exportToFile(
  lines: Lines,
  sessionId: string,
  output: string,
): Promise<{ path: string; events: number }> {
  const path = isFolder(output) ? join(output, `${sessionId}.ndjson`) : output;
  const partial = `${path}.${process.pid}.partial`;
  await mkdir(dirname(path), { recursive: true });
  let events = 0;
  await replacing(partial, path, async () => {
    const file = createWriteStream(partial);
    for await (const line of lines) {
      await put(file, `${line}\n`);
      events += 1;
    }
    await ended(file);
  });
  return { path, events };
}

/** Writes the session as a folder of a storage: logs and snapshots. It appears whole or not at all. */
export async function exportToFolder(
  lines: Lines,
  sessionId: string,
  parent: string,
): Promise<{ path: string; events: number }> {
  const path = join(parent, sessionId);
  if (existsSync(path)) {
    throw new AppError("usage", `${path} exists already. Remove it, or choose another folder with --output.`);
  }
  const partial = join(parent, `.${sessionId}.${process.pid}.partial`);
  await mkdir(partial, { recursive: true });
  let session = emptySession(sessionId);
  await replacing(partial, path, async () => {
    session = await writeLogs(lines, session, partial);
    await writeSnapshots(session, partial);
  });
  return { path, events: session.metadata.eventCount };
}

async function writeLogs(lines: Lines, session: Session, folder: string): Promise<Session> {
  const files = Object.fromEntries(
    streams.map((stream) => [stream, createWriteStream(join(folder, `${stream}.jsonl`))]),
  );
  for await (const line of lines) {
    const { type, data, seq, timestamp, receivedAt, eventId } = JSON.parse(line) as SessionEvent;
    await put(files[streamOf(type)]!, `${encodeLine({ type, data }, { seq, timestamp, receivedAt, eventId })}\n`);
    session = reduceSession(session, { type, seq, timestamp, data });
  }
  await Promise.all(Object.values(files).map(ended));
  return session;
}

async function writeSnapshots({ metadata, state, initial, final }: Session, folder: string): Promise<void> {
  const write = (name: string, value: unknown) => writeFile(join(folder, name), `${JSON.stringify(value, null, 2)}\n`);
  await write("metadata.json", metadata);
  await write("state.json", state);
  await write("initial.json", initial);
  if (final !== null) await write("final.json", final);
}

async function replacing(partial: string, path: string, write: () => Promise<void>): Promise<void> {
  try {
    await write();
    await rename(partial, path);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    throw error;
  }
}

async function put(file: WriteStream, text: string): Promise<void> {
  if (file.errored) throw file.errored;
  if (!file.write(text)) await once(file, "drain");
}

async function ended(file: WriteStream): Promise<void> {
  file.end();
  if (!file.closed) await once(file, "close");
  if (file.errored) throw file.errored;
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}
