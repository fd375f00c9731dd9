import { isJsonObject, type JsonObject, type JsonValue } from "../core/json.js";
import { formatBytes } from "./format.js";
import type { ItemPart, ListedTask, NamedLink } from "./item-parts-types.js";
import { numberOf, objectOf, textOf } from "./record.js";

/* What tools are given and give back, in the forms that these tools have. Null: of no known form. */

const mostFields = 10;
const longestField = 200;

/** A list of what is to be done: `{todos: [{content, status}]}`, `{plan: [{step, status}]}`. */
export function tasksIn(fields: JsonObject): ItemPart[] | null {
  const listed = fields["todos"] ?? fields["newTodos"] ?? fields["plan"];
  if (!Array.isArray(listed) || listed.length === 0) return null;
  const tasks = listed.map((entry) => taskOf(objectOf(entry)));
  if (!tasks.every((task) => task !== null)) return null;
  const why = textOf(fields["explanation"]);
  return [...(why === null ? [] : [{ kind: "markdown", text: why } as const]), { kind: "tasks", tasks }];
}

function taskOf(entry: JsonObject): ListedTask | null {
  const names = ["content", "step", "description", "subject", "title"];
  const text = names.map((name) => textOf(entry[name])).find((found) => found !== null);
  if (text === undefined) return null;
  return { text, status: textOf(entry["status"]) ?? "pending" };
}

/** A plan that waits to be taken: `{plan: "…"}`. */
export function planIn(fields: JsonObject): ItemPart[] | null {
  const plan = textOf(fields["plan"]);
  return plan === null ? null : [{ kind: "markdown", text: plan, title: "plan" }];
}

/** What a search of files found: `{filenames: [...]}`. */
export function filesFound(result: JsonObject): ItemPart[] | null {
  const { filenames, content } = result;
  if (!Array.isArray(filenames) || (typeof content === "string" && content !== "")) return null;
  const names = filenames.filter((name) => typeof name === "string");
  if (names.length !== filenames.length) return null;
  if (names.length === 0) return [{ kind: "facts", facts: [["found", "nothing"]] }];
  const cut: ItemPart[] = result["truncated"] === true ? [{ kind: "facts", facts: [["cut", "there are more"]] }] : [];
  return [{ kind: "output", text: names.join("\n"), stream: "out" }, ...cut];
}

/** What a search of the web found: `{query, results: [{content: [{title, url}]}, "…"]}`. */
export function pagesFound(result: JsonObject): ItemPart[] | null {
  const { results } = result;
  if (textOf(result["query"]) === null || !Array.isArray(results)) return null;
  const parts = results.map((entry): ItemPart | null => {
    if (typeof entry === "string") return { kind: "markdown", text: entry };
    const { content } = objectOf(entry);
    const links = Array.isArray(content) ? content.map((page) => linkOf(objectOf(page))) : [linkOf(objectOf(entry))];
    return links.every((link) => link !== null) && links.length > 0 ? { kind: "links", links } : null;
  });
  return parts.every((part) => part !== null) ? parts : null;
}

function linkOf({ title, url }: JsonObject): NamedLink | null {
  const address = textOf(url);
  return address === null ? null : { title: textOf(title) ?? address, url: address };
}

/** A page that was read: `{code, codeText, bytes, result: "…"}`. */
export function pageRead(result: JsonObject): ItemPart[] | null {
  const code = numberOf(result["code"]);
  const text = textOf(result["result"]);
  if (code === null || text === null) return null;
  const bytes = numberOf(result["bytes"]);
  const facts: [string, string][] = [["status", [code, textOf(result["codeText"])].filter(Boolean).join(" ")]];
  if (bytes !== null) facts.push(["size", formatBytes(bytes)]);
  return [
    { kind: "facts", facts },
    { kind: "markdown", text },
  ];
}

/** A few short values read better as words than as JSON; what is long or nested stays JSON. */
export function fieldParts(title: string, value: JsonValue | undefined): ItemPart[] {
  if (value === undefined || value === null) return [];
  if (!isJsonObject(value)) return [{ kind: "json", title, value }];
  const entries = Object.entries(value);
  const short = entries.filter(([name, each]) => name.length <= 60 && isShort(each));
  if (short.length === 0 || entries.length > mostFields) return [{ kind: "json", title, value }];
  const facts = short.map(([name, each]) => [name, String(each)] as const);
  const rest = Object.fromEntries(entries.filter(([name]) => !short.some(([known]) => known === name)));
  return [{ kind: "facts", title, facts }, ...(Object.keys(rest).length === 0 ? [] : [{ kind: "json", title: "", value: rest } as const])]; // prettier-ignore
}

function isShort(value: JsonValue): boolean {
  if (typeof value === "string") return value.trim() !== "" && value.length <= longestField && !value.includes("\n");
  return typeof value === "number" || typeof value === "boolean";
}
