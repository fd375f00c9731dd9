import type { JsonValue } from "../core/json.js";

/**
 * What an item shows when it is opened: pieces that a person reads, each in the form it is best read
 * in. Texts are as the agent wrote them: whoever shows them makes them safe.
 */
export type ItemPart =
  | { kind: "markdown"; text: string; title?: string }
  | { kind: "command"; command: string; description: string | null }
  | { kind: "output"; text: string; stream: "out" | "error" }
  | { kind: "edit"; path: string; before: string; after: string }
  | { kind: "patch"; path: string; lines: readonly PatchLine[] }
  | { kind: "file"; path: string; text: string; firstLine: number; isNew: boolean }
  | { kind: "image"; mediaType: ImageType; base64: string }
  | { kind: "error"; message: string; type: string | null }
  | { kind: "facts"; facts: readonly (readonly [name: string, value: string])[]; title?: string }
  | { kind: "tasks"; tasks: readonly ListedTask[] }
  | { kind: "links"; links: readonly NamedLink[] }
  | { kind: "json"; title: string; value: JsonValue };

/** An entry of an agent's own list of what is to be done; `status` as goals have it, or what the agent says. */
export interface ListedTask {
  text: string;
  status: string;
}

/** A page that a tool found; the address is the tool's, and may be of any scheme. */
export interface NamedLink {
  title: string;
  url: string;
}

/** A line of a patch: added, removed, the same in both, or (`@`) where the next ones stand. */
export interface PatchLine {
  sign: "+" | "-" | " " | "@";
  text: string;
  /** The line's number before and after; null where it has none. */
  before: number | null;
  after: number | null;
}

/** Pictures that browsers draw without running anything. */
export const imageTypes = ["image/png", "image/jpeg", "image/gif", "image/webp"] as const;
export type ImageType = (typeof imageTypes)[number];
