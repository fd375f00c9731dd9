import { statSync } from "node:fs";
import { dirname } from "node:path";
import { toTimestamp } from "../core/timestamp.js";
import type { TranscriptSession } from "./import-claude-code-files.js";
import { readHead, valuesOf } from "./import-claude-code-tail.js";

/** What a fork repeats of the session that it came out of. */
export interface Fork {
  parentSession: string;
  /** The `uuid`s of the lines that it copied. */
  copies: ReadonlySet<string>;
}

export interface Found {
  /** By session; nothing for those that are no forks. */
  forks: ReadonlyMap<string, Fork>;
  /** Sessions with no line of a conversation yet: whether they are forks shows with the first. */
  blank: ReadonlySet<string>;
}

/**
 * Finds forks: Claude Code begins a fork's transcript with copies of its origin's lines, and names the
 * origin nowhere. Of transcripts in one folder that begin with the same line, the later are forks.
 */
export class Forks {
  private readonly heads = new Map<string, string>();

  /** Looks at all `sessions`, and says which of the `wanted` ones are forks. */
  find(sessions: readonly TranscriptSession[], wanted: ReadonlySet<string>): Found {
    const blank = new Set<string>();
    const families = new Map<string, { sessionId: string; path: string }[]>();
    for (const { sessionId, files } of sessions) {
      const path = files.find(({ agent }) => agent === undefined)?.path;
      if (path === undefined) continue;
      const head = this.headOf(path);
      if (head === undefined) {
        blank.add(sessionId);
        continue;
      }
      const key = head === "" ? path : `${dirname(path)} ${head}`;
      families.set(key, [...(families.get(key) ?? []), { sessionId, path }]);
    }
    const forks = new Map<string, Fork>();
    for (const family of families.values()) {
      if (family.length > 1 && family.some(({ sessionId }) => wanted.has(sessionId))) addForks(family, forks);
    }
    return { forks, blank };
  }

  private headOf(path: string): string | undefined {
    const known = this.heads.get(path);
    if (known !== undefined) return known;
    const head = firstUuid(path);
    if (head !== undefined) this.heads.set(path, head);
    return head;
  }
}

function addForks(family: readonly { sessionId: string; path: string }[], forks: Map<string, Fork>): void {
  const told: { sessionId: string; uuids: Set<string> }[] = [];
  for (const { sessionId, path } of family.toSorted((a, b) => bornAt(a.path) - bornAt(b.path))) {
    const uuids = uuidsOf(path);
    const shared = told.map((one) => ({ ...one, copies: [...uuids].filter((uuid) => one.uuids.has(uuid)) }));
    const nearest = shared.toSorted((a, b) => b.copies.length - a.copies.length)[0];
    if (nearest && nearest.copies.length > 0) {
      forks.set(sessionId, {
        parentSession: nearest.sessionId,
        copies: new Set(shared.flatMap(({ copies }) => copies)),
      });
    }
    told.push({ sessionId, uuids });
  }
}

/** When the process that writes it began to: lines that belong to no conversation are not copied. */
function bornAt(path: string): number {
  const own = readHead(path, (line) => (line["uuid"] === undefined ? toTimestamp(line["timestamp"]) : undefined));
  return own === undefined ? statSync(path).birthtimeMs : Date.parse(own);
}

function firstUuid(path: string): string | undefined {
  try {
    for (const { uuid } of valuesOf(path)) if (typeof uuid === "string") return uuid;
  } catch {
    // Whoever reads all of it reports that; until then it is no fork.
    return "";
  }
  return undefined;
}

function uuidsOf(path: string): Set<string> {
  const uuids = new Set<string>();
  for (const { uuid } of valuesOf(path)) if (typeof uuid === "string") uuids.add(uuid);
  return uuids;
}
