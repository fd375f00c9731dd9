import { isDeepStrictEqual } from "node:util";
import { parse } from "smol-toml";
import { AppError } from "../../core/errors.js";
import type { Edits } from "./settings-file.js";

/** Lines for a TOML document: those before its first table, and tables at its end. */
export interface TomlBlocks {
  top: string;
  end: string;
}

const opening = "# >>> claude-sessions";
const closing = "# <<< claude-sessions";

/**
 * Puts blocks of lines into a TOML document, between marks, and takes them out again. `blocks` chooses what
 * fits beside what stands there. Whether it came out right is checked by parsing it.
 */
export function tomlEdits(
  name: string,
  blocks: (document: Record<string, unknown>) => TomlBlocks,
): Edits & { foreign(text: string): Record<string, unknown> } {
  const parsed = (text: string) => parseToml(name, text);
  const remove = (text: string) => {
    const eol = eolOf(text);
    return text.replaceAll(
      new RegExp(`(?:(?<=^|\\n)${eol})?${opening}[^\\n]*\\n[\\s\\S]*?${closing}[^\\n]*(?:\\n|$)`, "g"),
      "",
    );
  };
  return {
    add(text) {
      parsed(text);
      const bare = remove(text);
      const document = parsed(bare);
      const wanted = blocks(document);
      const eol = eolOf(text);
      const block = (lines: string) =>
        lines === ""
          ? ""
          : [`${opening} (claude-sessions disconnect takes this out)`, lines.trim(), closing, ""]
              .join("\n")
              .replaceAll("\n", eol);
      const gap = bare === "" || bare.endsWith("\n") ? "" : eol;
      const end = block(wanted.end);
      const space = bare === "" || end === "" ? "" : eol;
      const next = `${block(wanted.top)}${bare}${end === "" ? "" : gap + space + end}`;
      if (!isDeepStrictEqual({ ...parsed(next) }, merged(document, wanted, name))) throw unclear(name);
      return next;
    },
    remove(text) {
      parsed(text);
      return remove(text);
    },
    foreign: (text) => parsed(remove(text)),
    isEmpty: (text) => text.trim() === "",
  };
}

function merged(document: Record<string, unknown>, { top, end }: TomlBlocks, name: string): Record<string, unknown> {
  return { ...document, ...parseToml(name, top), ...parseToml(name, end) };
}

function eolOf(text: string): string {
  return text.includes("\r\n") ? "\r\n" : "\n";
}

function parseToml(name: string, text: string): Record<string, unknown> {
  try {
    return parse(text);
  } catch (cause) {
    const reason = (cause as Error).message.split("\n")[0]!;
    throw new AppError(
      "usage",
      `${name} is not valid TOML (${reason}). Mend it and run this again; nothing was changed.`,
      { cause },
    );
  }
}

function unclear(name: string): AppError {
  return new AppError(
    "usage",
    `${name} is written in a way that cannot be added to safely. Use --print, and add the lines by hand; nothing was changed.`,
  );
}

/** A string as TOML writes it. */
export function tomlString(text: string): string {
  return JSON.stringify(text).replaceAll("\u007f", "\\u007F");
}
