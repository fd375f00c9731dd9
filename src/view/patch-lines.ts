import type { JsonValue } from "../core/json.js";
import type { PatchLine } from "./item-parts-types.js";
import { numberOf, objectOf } from "./record.js";

/** Hunks as Claude Code tells them: `{oldStart, newStart, lines: ["-a", "+b", " c"]}`. Null where there are none. */
export function linesOfHunks(value: JsonValue | undefined): PatchLine[] | null {
  if (!Array.isArray(value) || value.length === 0) return null;
  return value.flatMap((hunk) => {
    const { oldStart, newStart, lines } = objectOf(hunk);
    const texts = Array.isArray(lines) ? lines.filter((line) => typeof line === "string") : [];
    return numbered(texts, numberOf(oldStart) ?? 1, numberOf(newStart) ?? 1);
  });
}

/** The files of a patch as Codex's `apply_patch` takes it, each with its lines; null where it is none. */
export function filesOfPatch(text: string): { path: string; lines: PatchLine[] }[] | null {
  if (!/^\s*\*\*\* Begin Patch/.test(text)) return null;
  const files: { path: string; lines: PatchLine[] }[] = [];
  for (const line of text.split("\n")) {
    const file = /^\*\*\* (Add|Update|Delete) File: (.*)$/.exec(line);
    if (file) files.push({ path: file[2]!.trim(), lines: [] });
    else if (!line.startsWith("*** ")) files.at(-1)?.lines.push(unnumbered(line));
  }
  return files;
}

function unnumbered(line: string): PatchLine {
  if (line.startsWith("@@")) return { sign: "@", text: line, before: null, after: null };
  return { ...cut(line), before: null, after: null };
}

function cut(line: string): Pick<PatchLine, "sign" | "text"> {
  const sign = line[0] === "+" || line[0] === "-" ? line[0] : " ";
  return { sign, text: line.slice(1) };
}

function numbered(lines: readonly string[], before: number, after: number): PatchLine[] {
  const place: PatchLine = { sign: "@", text: `@@ −${before} +${after} @@`, before: null, after: null };
  return [
    place,
    ...lines.map((line) => {
      const { sign, text } = cut(line);
      return {
        sign,
        text,
        before: sign === "+" ? null : before++,
        after: sign === "-" ? null : after++,
      };
    }),
  ];
}

/** How many lines were added and removed. */
export function patchSize(lines: readonly PatchLine[]): { added: number; removed: number } {
  const count = (sign: string) => lines.filter((line) => line.sign === sign).length;
  return { added: count("+"), removed: count("-") };
}
