import { escapeHtml, text } from "./html.js";
import type { JsonSchema } from "./schema.js";

/** A JSON Schema as HTML: its type in a few words, and a table of its fields. */
export function renderSchema(schema: JsonSchema): string {
  const fields = Object.entries((schema["properties"] ?? {}) as Record<string, JsonSchema>);
  const about = typeof schema["description"] === "string" ? `<p>${text(schema["description"])}</p>` : "";
  if (fields.length === 0) return `<span class="type">${typeOf(schema)}</span>`;
  const required = new Set((schema["required"] ?? []) as string[]);
  const rows = fields.map(([name, field]) => {
    const note = typeof field["description"] === "string" ? text(field["description"]) : "";
    const star = required.has(name) ? ' <em title="required">*</em>' : "";
    return `<tr><td><code>${escapeHtml(name)}</code>${star}</td><td><span class="type">${typeOf(field)}</span></td><td>${note}</td></tr>`;
  });
  const open = schema["additionalProperties"] === false ? "" : '<tr><td><code>…</code></td><td colspan="2">any other field is kept</td></tr>';
  return `${about}<table><tbody>${rows.join("")}${open}</tbody></table>`;
}

function typeOf(schema: JsonSchema): string {
  const reference = schema["$ref"];
  if (typeof reference === "string") {
    const name = reference.split("/").at(-1) ?? "";
    return `<a href="#schema-${name}">${escapeHtml(name)}</a>`;
  }
  if ("const" in schema) return escapeHtml(JSON.stringify(schema["const"]));
  if (Array.isArray(schema["enum"])) return schema["enum"].map((value) => escapeHtml(JSON.stringify(value))).join(" | ");
  const options = (schema["anyOf"] ?? schema["oneOf"]) as JsonSchema[] | undefined;
  if (options) return options.map(typeOf).join(" | ");
  if (schema["type"] === "array") return `${typeOf((schema["items"] ?? {}) as JsonSchema)}[]`;
  const type = schema["type"];
  return escapeHtml(Array.isArray(type) ? type.join(" | ") : typeof type === "string" ? type : "any");
}
