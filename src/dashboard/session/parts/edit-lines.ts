import { structuredPatch } from "diff";
import { linesOfHunks } from "../../../view/patch-lines.js";
import type { PatchLine } from "../../../view/item-parts-types.js";

/** The lines that an edit changed, with some around them; null where the texts differ too much to be compared. */
export function editLines(before: string, after: string): readonly PatchLine[] | null {
  const patch = structuredPatch("", "", before, after, undefined, undefined, {
    context: 3,
    maxEditLength: 4_000,
    timeout: 300,
  });
  if (!patch) return null;
  // A part of a file does not end as one: how its last line ends says nothing.
  const hunks = patch.hunks.map((hunk) => ({ ...hunk, lines: hunk.lines.filter((line) => !line.startsWith("\\")) }));
  return linesOfHunks(hunks) ?? [];
}
