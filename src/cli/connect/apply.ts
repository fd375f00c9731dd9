import { mkdirSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Connection } from "./agents.js";
import { connectFile, disconnectFile, readText, writeWhole, type FileChange } from "./settings-file.js";

/** Writes what a connection needs, the program first. All files are looked at before one is written. */
export function applyConnection({ settings, program }: Connection, write: boolean): FileChange[] {
  for (const file of settings) connectFile(file, false);
  return [writeProgram(program, write), ...settings.map((file) => connectFile(file, write))];
}

/** Takes out what `connect` wrote. The program stays where another agent still runs it. */
export function undoConnection({ settings }: Connection, write: boolean): FileChange[] {
  for (const file of settings) disconnectFile(file, false);
  return settings.map((file) => disconnectFile(file, write));
}

export function removeProgram({ program }: Connection): FileChange | undefined {
  const before = readText(program.path);
  if (before === undefined) return undefined;
  rmSync(program.path);
  return { path: program.path, action: "deleted", before, after: undefined };
}

function writeProgram({ path, text, mode }: Connection["program"], write: boolean): FileChange {
  const before = readText(path);
  const isRight = before === text && (statSync(path).mode & 0o777) === mode;
  if (isRight) return { path, action: "unchanged", before, after: text };
  if (write) {
    mkdirSync(dirname(path), { recursive: true });
    writeWhole(path, text, mode);
  }
  return { path, action: before === undefined ? "created" : "changed", before, after: text };
}
