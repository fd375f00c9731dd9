import { isJsonObject, type JsonObject, type JsonValue } from "../core/json.js";

/** One place where two JSON values differ. */
export interface JsonChange {
  /** Keys and indexes from the root; an element of a list of records is named `[id]`. */
  path: readonly (string | number)[];
  kind: "added" | "removed" | "changed";
  before?: JsonValue;
  after?: JsonValue;
}

/** What names the elements of a list, where all have it and no two the same. */
const idKeys = ["goalId", "agentId", "id"] as const;

/** What changed, in the order of the keys. Lists of goals and agents are compared by their ids, others by index. */
export function diffJson(before: JsonValue, after: JsonValue): JsonChange[] {
  const changes: JsonChange[] = [];
  compare(before, after, [], changes);
  return changes;
}

type Path = readonly (string | number)[];

function compare(before: JsonValue, after: JsonValue, path: Path, changes: JsonChange[]): void {
  if (before === after) return;
  if (isJsonObject(before) && isJsonObject(after)) return compareObjects(before, after, path, changes);
  if (Array.isArray(before) && Array.isArray(after)) return compareLists(before, after, path, changes);
  changes.push({ path, kind: "changed", before, after });
}

function compareObjects(before: JsonObject, after: JsonObject, path: Path, changes: JsonChange[]): void {
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    compareParts(part(before, key), part(after, key), [...path, key], changes);
  }
}

function part(object: JsonObject, key: string): JsonValue | undefined {
  return Object.hasOwn(object, key) ? object[key] : undefined;
}

function compareParts(
  before: JsonValue | undefined,
  after: JsonValue | undefined,
  path: Path,
  changes: JsonChange[],
): void {
  if (before === undefined && after === undefined) return;
  if (before === undefined) changes.push({ path, kind: "added", after });
  else if (after === undefined) changes.push({ path, kind: "removed", before });
  else compare(before, after, path, changes);
}

function compareLists(before: JsonValue[], after: JsonValue[], path: Path, changes: JsonChange[]): void {
  const key = idKeys.find((name) => byId(before, name) && byId(after, name));
  const [old, now] = [key && byId(before, key), key && byId(after, key)];
  if (old && now) {
    for (const id of new Set([...old.keys(), ...now.keys()])) {
      compareParts(old.get(id), now.get(id), [...path, `[${id}]`], changes);
    }
    return;
  }
  for (let index = 0; index < Math.max(before.length, after.length); index++) {
    compareParts(before[index], after[index], [...path, index], changes);
  }
}

function byId(list: JsonValue[], key: string): Map<string, JsonValue> | undefined {
  const found = new Map<string, JsonValue>();
  for (const item of list) {
    const id = isJsonObject(item) ? item[key] : undefined;
    if (typeof id !== "string" || found.has(id)) return undefined;
    found.set(id, item);
  }
  return found;
}
