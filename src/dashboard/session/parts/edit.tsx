import { useMemo } from "react";
import type { PatchLine } from "../../../view/item-parts-types.js";
import { editLines } from "./edit-lines.js";
import { Patch } from "./patch.js";

/** The difference between two texts. */
export function Edit({ path, before, after }: { path: string; before: string; after: string }) {
  const lines = useMemo(() => editLines(before, after) ?? whole(before, after), [before, after]);
  return <Patch path={path} lines={lines} />;
}

function whole(before: string, after: string): PatchLine[] {
  const lines = (text: string, sign: "-" | "+"): PatchLine[] =>
    text === "" ? [] : text.split("\n").map((line) => ({ sign, text: line, before: null, after: null }));
  return [...lines(before, "-"), ...lines(after, "+")];
}
