import { isJsonObject, type JsonObject, type JsonValue } from "../core/json.js";
import { imageTypes, type ImageType, type ItemPart } from "./item-parts-types.js";
import { linesOfHunks } from "./patch-lines.js";
import { numberOf, objectOf, textOf } from "./record.js";
import { pathIn } from "./tool-input.js";
import { fieldParts, filesFound, pageRead, pagesFound } from "./tool-parts.js";

/** What a tool gave, in the forms that tools give things in; JSON for everything else. */
export function outputParts(result: JsonValue | undefined): ItemPart[] {
  if (result === undefined || result === null || result === "") return [];
  if (typeof result === "string") return [{ kind: "output", text: result, stream: "out" }];
  if (Array.isArray(result)) return contentParts(result) ?? [{ kind: "json", title: "result", value: result }];
  if (!isJsonObject(result)) return [{ kind: "output", text: String(result), stream: "out" }];
  for (const read of forms) {
    const parts = read(result);
    if (parts !== null) return parts;
  }
  return fieldParts("result", result);
}

/** The forms of objects, the most telling first. */
const forms: ((result: JsonObject) => ItemPart[] | null)[] = [
  commandOutput,
  editOutput,
  fileOutput,
  filesFound,
  pagesFound,
  pageRead,
  contentOutput,
];

/** `{stdout, stderr, exitCode}` of a command. */
function commandOutput(result: JsonObject): ItemPart[] | null {
  const { stdout, stderr, output } = result;
  const out = typeof stdout === "string" ? stdout : output;
  if (typeof out !== "string") return null;
  const parts: ItemPart[] = [];
  if (out !== "") parts.push({ kind: "output", text: out, stream: "out" });
  if (typeof stderr === "string" && stderr !== "") parts.push({ kind: "output", text: stderr, stream: "error" });
  const facts: [string, string][] = [];
  const exit = numberOf(result["exitCode"]) ?? numberOf(result["exit_code"]);
  if (exit !== null && exit !== 0) facts.push(["exit code", String(exit)]);
  if (result["interrupted"] === true) facts.push(["interrupted", "yes"]);
  return facts.length > 0 ? [...parts, { kind: "facts", facts }] : parts;
}

/** The lines that an edit changed, where the tool tells them. What was written is told by the call. */
function editOutput(result: JsonObject): ItemPart[] | null {
  const path = pathIn(result);
  if (path === null || !("structuredPatch" in result)) return null;
  const lines = linesOfHunks(result["structuredPatch"]);
  return lines ? [{ kind: "patch", path, lines }] : [];
}

/** `{file: {filePath, content, startLine}}`, or a picture as `{file: {base64, type}}`. */
function fileOutput(result: JsonObject): ItemPart[] | null {
  if (!isJsonObject(result["file"])) return null;
  const { file } = result;
  const { content } = file;
  if (typeof content === "string") {
    const firstLine = numberOf(file["startLine"]) ?? 1;
    return [{ kind: "file", path: pathIn(file) ?? "", text: content, firstLine, isNew: false }];
  }
  const image = imagePart(textOf(file["type"]), file["base64"]);
  return image ? [image] : null;
}

/** `{content: […]}` of MCP and of subagents. */
function contentOutput(result: JsonObject): ItemPart[] | null {
  const { content } = result;
  if (typeof content === "string") return [{ kind: "output", text: content, stream: "out" }];
  return Array.isArray(content) ? contentParts(content) : null;
}

/** Blocks `{type: "text" | "image", …}`; null where there are others, which only JSON shows whole. */
export function contentParts(blocks: readonly JsonValue[]): ItemPart[] | null {
  const parts = blocks.map((block) => blockPart(objectOf(block)));
  return parts.length > 0 && parts.every((part) => part !== null) ? parts : null;
}

function blockPart(block: JsonObject): ItemPart | null {
  if (typeof block["text"] === "string") return { kind: "markdown", text: block["text"] };
  if (block["type"] !== "image") return null;
  const source = objectOf(block["source"]);
  const mediaType = textOf(block["mimeType"]) ?? textOf(source["media_type"]);
  return imagePart(mediaType, block["data"] ?? source["data"]);
}

function imagePart(mediaType: string | null, base64: JsonValue | undefined): ItemPart | null {
  const type = imageTypes.find((known): known is ImageType => known === mediaType);
  if (!type || typeof base64 !== "string" || base64 === "" || !/^[\w+/=\s-]*$/.test(base64)) return null;
  return { kind: "image", mediaType: type, base64 };
}
