import { escapeHtml, text } from "./html.js";
import type { JsonSchema } from "./schema.js";

/** A JSON Schema as HTML: its type in a few words, and a table of its fields. */
export function renderSchema(schema: JsonSchema): string {
  const fields = Object.entries((schema["properties"] ?? {}) as Record<string, JsonSchema>);
  const about = typeof schema["description"] === "string" ? `<p>${text(schema["description"])}</p>` : "";
  if (fields.length === 0) return `${about}<span class="type">${typeOf(schema)}</span>`;
  const required = new Set((schema["required"] ?? []) as string[]);
  const rows = fields.map(([name, field]) => {
    const note = typeof field["description"] === "string" ? text(field["description"]) : "";
    return fieldRow(name, typeOf(field), note, { required: required.has(name) });
  });
  const open = schema["additionalProperties"] === false ? "" : fieldRow("…", "any", "Any other field is kept");
  return `${about}${fieldTable([...rows, open])}`;
}

/** A field's row; `type` and `note` are HTML. `where` is the part of a request that carries it. */
export function fieldRow(name: string, type: string, note: string, { required = false, where = "" } = {}): string {
  const mark = required ? " <em>required</em>" : "";
  const place = where === "" ? "" : ` <span class="where">in ${where}</span>`;
  return `<tr><td><code>${escapeHtml(name)}</code>${mark}</td><td><span class="type">${type}</span>${place}</td><td>${note}</td></tr>`;
}

export function fieldTable(rows: readonly string[]): string {
  return `<table class="fields"><tbody>${rows.join("")}</tbody></table>`;
}

/** The name of the first schema that this one refers to, itself or as an alternative. */
export function referredSchema(schema: JsonSchema): string | undefined {
  const reference = schema["$ref"];
  if (typeof reference === "string") return reference.split("/").at(-1);
  const options = (schema["anyOf"] ?? schema["oneOf"] ?? []) as JsonSchema[];
  return options.map(referredSchema).find((name) => name !== undefined);
}

/** A schema's type as HTML, in a few words; a reference is a link. */
export function typeOf(schema: JsonSchema): string {
  const reference = schema["$ref"];
  if (typeof reference === "string") {
    const name = reference.split("/").at(-1) ?? "";
    return `<a href="#schema-${name}">${escapeHtml(name)}</a>`;
  }
  if ("const" in schema) return escapeHtml(JSON.stringify(schema["const"]));
  if (Array.isArray(schema["enum"]))
    return schema["enum"].map((value) => escapeHtml(JSON.stringify(value))).join(" | ");
  const options = (schema["anyOf"] ?? schema["oneOf"]) as JsonSchema[] | undefined;
  if (options) return options.map(typeOf).join(" | ");
  if (schema["type"] === "array") return `${typeOf((schema["items"] ?? {}) as JsonSchema)}[]`;
  const type = schema["type"];
  return escapeHtml(Array.isArray(type) ? type.join(" | ") : typeof type === "string" ? type : "any");
}
