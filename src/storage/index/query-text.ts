const maxQueryLength = 2048;
const maxTerms = 32;

const termPattern = /(?<exclude>-?)(?:"(?<phrase>[^"]*)"?|(?<word>[^\s"]+))(?<rest>\*?)/gu;

/** A search as FTS5 takes it, made of quoted words only, so that no text of a user's is ever syntax. */
export interface TextQuery {
  match: string;
}

interface Term {
  exclude: boolean;
  text: string;
  prefix: boolean;
}

/**
 * Reads what a user typed: words that must all occur, "quoted phrases", `word*` for a beginning of
 * at least two characters, `-word` for what must not occur. Case and accents do not count.
 * Undefined where nothing is asked for: no word at all, or only excluded ones.
 */
export function parseQueryText(text: string): TextQuery | undefined {
  const terms = [...text.slice(0, maxQueryLength).matchAll(termPattern)]
    .map(toTerm)
    .filter(({ text }) => isWord(text))
    .slice(0, maxTerms);
  const wanted = terms.filter(({ exclude }) => !exclude);
  if (wanted.length === 0) return undefined;
  const unwanted = terms.filter(({ exclude }) => exclude).map((term) => ` NOT ${quote(term)}`);
  return { match: `(${wanted.map(quote).join(" ")}${unwanted.join("")})` };
}

function toTerm({ groups }: RegExpMatchArray): Term {
  const { exclude, phrase, word = "", rest } = groups!;
  const starred = word.endsWith("*") || rest === "*";
  const text = (phrase ?? word).replace(/\*+$/, "");
  return { exclude: exclude === "-", text, prefix: starred && isLongEnough(text) };
}

/** One Latin letter begins too many words to look at them all; it is taken as a word of its own. */
function isLongEnough(text: string): boolean {
  const folded = text.normalize("NFD").replace(/\p{M}/gu, "");
  return !/(?:^|[^\p{L}\p{N}])[a-z0-9][^\p{L}\p{N}]*$/iu.test(folded);
}

/** Holds at least one character that words are made of. */
function isWord(text: string): boolean {
  return /[\p{L}\p{N}]/u.test(text);
}

function quote({ text, prefix }: Term): string {
  const quoted = `"${text.replaceAll("\0", " ").replaceAll('"', '""')}"`;
  return prefix ? `${quoted} *` : quoted;
}
