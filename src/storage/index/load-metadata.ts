import { join } from "node:path";
import type { JsonObject } from "../../core/json.js";
import type { Metadata } from "../../core/metadata.js";
import { loadSession, readHead } from "../file/load-session.js";
import { readJsonFile } from "../file/read-files.js";
import { folderOf, isCurrentFolder } from "./session-lines.js";

/** A session's metadata as its last event left it; undefined where the folder holds no session. */
export function loadMetadata(sessionsPath: string, sessionId: string): Metadata | undefined {
  const folder = folderOf(sessionsPath, sessionId);
  if (isCurrentFolder(folder)) {
    const head = readHead(folder);
    const snapshot = readJsonFile(join(folder, "metadata.json"));
    if (head > 0 && isSnapshotOf(snapshot, sessionId, head)) return snapshot;
  }
  const loaded = loadSession(sessionsPath, sessionId);
  return loaded && { ...loaded.session.metadata, eventCount: loaded.head };
}

/** The snapshot holds all events: nothing has to be folded on top. */
function isSnapshotOf(value: JsonObject | undefined, sessionId: string, head: number): value is Metadata {
  return value?.["eventCount"] === head && value["sessionId"] === sessionId && Array.isArray(value["tags"]);
}
