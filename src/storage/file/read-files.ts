import fs from "node:fs";
import { isJsonObject, type JsonObject } from "../../core/json.js";
import { isMissing } from "./storage-fs.js";

/** A file's text; undefined where there is no file. */
export function readTextFile(path: string): string | undefined {
  try {
    return fs.readFileSync(path, "utf8");
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** A file's JSON object; undefined where there is no file, or none that can be read as one. */
export function readJsonFile(path: string): JsonObject | undefined {
  const text = readTextFile(path);
  if (text === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(text);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
