import type { Edits } from "./settings-file.js";

/** The server that settings of ours speak to, as their text shows it. */
export function serverIn(text: string, agent: string): string | undefined {
  const patterns = [
    new RegExp(
      `hook\\.(?:sh|cjs)['"]*,? *["']?(?:--last |--wait \\d+ )?${agent}['"]?,? *(?:"?--url"?,? *)?['"]*(https?://[^'"\\s\\\\]+)`,
    ),
    new RegExp(`"(https?://[^"\\s]+?)/hooks/${agent}"`),
  ];
  return patterns.map((pattern) => pattern.exec(text)?.[1]).find((url) => url !== undefined);
}

/** For how many seconds settings of ours let a person answer through the server; undefined where they do not. */
export function approvalsIn(text: string, agent: string): number | undefined {
  const ours = new RegExp(
    `hook\\.sh['"]* --wait (\\d+) ${agent}\\b|hook\\.cjs['"\\\\]* ${agent}\\b[^\\n]*? --wait (\\d+)`,
  ).exec(text);
  const seconds = Number(ours?.[1] ?? ours?.[2]);
  return seconds > 0 ? seconds : undefined;
}

/** Edits that also take out what was written for another server before. */
export function movable(agent: string, url: string, make: (url: string) => Edits): Edits {
  const standing = (text: string) => serverIn(text, agent);
  return {
    add(text) {
      const other = standing(text);
      return make(url).add(other === undefined || other === url ? text : make(other).remove(text));
    },
    remove: (text) => make(standing(text) ?? url).remove(text),
    taken: (text) => make(url).taken?.(text),
    isEmpty: (text) => make(url).isEmpty(text),
  };
}
