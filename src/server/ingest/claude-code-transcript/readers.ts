import { isJsonObject, type JsonObject, type JsonValue } from "../../../core/json.js";
import { readAnswer } from "./assistant.js";
import { bounded, keptOfAttachment, longest, restOfLine } from "./lines.js";
import type { Reading } from "./stream.js";
import { readSystemLine } from "./system.js";
import { endCompaction, readUserLine } from "./user.js";
import { objectOf, textOf } from "../telling/input.js";
import { other, present } from "../telling/telling.js";

const readers: Record<string, (reading: Reading) => void> = {
  user: readUserLine,
  assistant: readAnswer,
  system: readSystemLine,
  attachment: readAttachment,
};

/** Tells what a line says; a line of a kind that is not known is kept as it is. */
export function readLine(reading: Reading, type: string): void {
  const { stream, line } = reading;
  const isAside = line["isCompactSummary"] === true || type === "attachment";
  if (stream.boundary && !isAside) endCompaction(reading);
  const read = Object.hasOwn(readers, type) ? readers[type] : undefined;
  if (read) read(reading);
  else if (!readTitle(reading, type)) other(reading.telling, type, unknownLine(line));
}

function readAttachment({ telling, line }: Reading): void {
  const attachment = objectOf(line["attachment"]);
  const kept = keptOfAttachment(attachment);
  if (kept) other(telling, String(attachment["type"]), objectOf(bounded(kept)));
}

/** Titles come again with each save; one that a person gave stands before one that was made up. */
function readTitle({ telling, line, titles }: Reading, type: string): boolean {
  const titled: Record<string, JsonValue | undefined> = {
    "custom-title": line["customTitle"],
    "agent-name": line["agentName"],
    "ai-title": line["aiTitle"],
    summary: line["summary"],
  };
  if (!Object.hasOwn(titled, type)) return false;
  const title = textOf(titled[type])?.slice(0, 1000);
  const isCustom = type === "custom-title" || type === "agent-name";
  if (title === undefined || title === titles.shown || (titles.custom && !isCustom)) return true;
  titles.custom ||= isCustom;
  titles.shown = title;
  telling.metadata["title"] = title;
  return true;
}

function unknownLine(line: JsonObject): JsonObject {
  const kept = bounded(restOfLine(line), longest.unknown);
  return isJsonObject(kept) ? kept : present({ text: kept });
}
