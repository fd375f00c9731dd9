import {
  applyEdits,
  findNodeAtLocation,
  modify,
  parseTree,
  printParseErrorCode,
  type Node,
  type ParseError,
} from "jsonc-parser";
import { AppError } from "../../core/errors.js";

/** A JSON document as text, edited in place: what is not touched stays to the byte, comments too. */
export interface JsonText {
  text: string;
  tree: Node;
}

type Path = (string | number)[];

/** @throws AppError `usage` that says where it is wrong; `name` is how the person knows the document */
export function parseJsonText(name: string, text: string): JsonText {
  const errors: ParseError[] = [];
  const source = text.trim() === "" ? "{}\n" : text;
  const tree = parseTree(source, errors, { allowTrailingComma: true });
  const [error] = errors;
  if (error !== undefined) {
    const line = source.slice(0, error.offset).split("\n").length;
    const what = printParseErrorCode(error.error)
      .replaceAll(/([a-z])([A-Z])/g, "$1 $2")
      .toLowerCase();
    throw new AppError(
      "usage",
      `${name} is not valid JSON (line ${line}: ${what}). Mend it and run this again; nothing was changed.`,
    );
  }
  if (tree?.type === "object") return { text: source, tree };
  throw new AppError("usage", `${name} holds no JSON object. Mend it and run this again; nothing was changed.`);
}

/** The value at a path, undefined where there is none. */
export function valueAt({ tree }: JsonText, path: Path): unknown {
  const node = findNodeAtLocation(tree, path);
  return node && plain(node);
}

function plain(node: Node): unknown {
  if (node.type === "array") return (node.children ?? []).map(plain);
  if (node.type !== "object") return node.value as unknown;
  return Object.fromEntries(
    (node.children ?? []).map(({ children }) => [children![0]!.value as string, plain(children![1]!)]),
  );
}

/** Sets a value; undefined takes it away. An index of -1 appends to a list. */
export function setAt({ text }: JsonText, path: Path, value: unknown): JsonText {
  const edits = modify(text, path, value, {
    formattingOptions: formattingOf(text),
    isArrayInsertion: path.at(-1) === -1,
  });
  const next = applyEdits(text, edits);
  return { text: next, tree: parseTree(next, [], { allowTrailingComma: true })! };
}

/** How the document itself is written. */
function formattingOf(text: string) {
  const indent = /\n([ \t]+)\S/.exec(text)?.[1] ?? "  ";
  return {
    insertSpaces: !indent.startsWith("\t"),
    tabSize: indent.startsWith("\t") ? 1 : indent.length,
    eol: text.includes("\r\n") ? "\r\n" : "\n",
  };
}
