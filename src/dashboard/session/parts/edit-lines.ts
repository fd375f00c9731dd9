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
  return patch ? (linesOfHunks(patch.hunks.map((hunk) => ({ ...hunk }))) ?? []) : null;
}
