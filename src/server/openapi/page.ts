import { curlLine } from "./curl.js";
import type { OpenApiDocument, Operation, Parameter } from "./document.js";
import { errorTable } from "./error-table.js";
import { escapeHtml, text } from "./html.js";
import { pageStyle } from "./page-style.js";
import { fieldRow, fieldTable, referredSchema, renderSchema, typeOf } from "./render-schema.js";
import type { JsonSchema } from "./schema.js";

/** The API's description as a page: no script, nothing from elsewhere. `origin` is where its calls go. */
export function renderPage(document: OpenApiDocument, origin: string): string {
  const groups = document.tags.map(({ name }) => ({ name, operations: operationsOf(document, name) }));
  const navigation = groups
    .map(
      ({ name, operations }) =>
        `<li><a href="#${name}">${name}</a><ul>${operations.map(navigationItem).join("")}</ul></li>`,
    )
    .join("");
  const sections = groups
    .map(
      ({ name, operations }) =>
        `<section id="${name}"><h2>${name}</h2>${operations.map((entry) => card(entry, document, origin)).join("")}</section>`,
    )
    .join("");
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${text(document.info.title)} API</title><style>${pageStyle}</style></head><body>
<a class="skip" href="#top">Skip to the calls</a>
<nav aria-label="Calls"><a class="brand" href="#top">${text(document.info.title)}</a><ul>${navigation}
<li><a href="#live">live</a></li><li><a href="#schemas">schemas</a></li><li><a href="#errors">errors</a></li></ul></nav>
<main id="top"><header><h1>${text(document.info.title)} <small>${text(document.info.version)}</small></h1>
<p>${text(document.info.description)}</p>${firstSteps(origin)}
<p class="dim">Machine-readable: <a href="/openapi.json">/openapi.json</a></p></header>
${sections}${liveSection(origin)}${schemasSection(document)}${errorTable()}</main></body></html>`;
}

interface Entry {
  method: string;
  path: string;
  operation: Operation;
}

function operationsOf(document: OpenApiDocument, group: string): Entry[] {
  return Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, operation]) => operation.tags.includes(group))
      .map(([method, operation]) => ({ method, path, operation })),
  );
}

function navigationItem({ method, path, operation }: Entry): string {
  return `<li><a href="#${operation.operationId}"><b class="${method}">${method === "delete" ? "del" : method}</b> <span>${path.replace("/api", "").replaceAll("/", "<wbr>/")}</span></a></li>`;
}

/** Write, read, follow: three lines that work on an empty server. */
function firstSteps(origin: string): string {
  const lines = [
    `curl ${origin}/api/actions/demo --json '{"type":"hello"}'`,
    `curl ${origin}/api/sessions/demo`,
    `curl -N ${origin}/api/sessions/demo/events -H 'Accept: text/event-stream'`,
  ];
  return shellBlock(lines);
}

function card({ method, path, operation }: Entry, { components }: OpenApiDocument, origin: string): string {
  const schema = operation.requestBody?.content["application/json"]?.schema;
  return `<article id="${operation.operationId}"><h3><b class="${method}">${method}</b> <code>${path}</code></h3>
<p class="summary">${text(operation.summary)}</p>${operation.description ? `<p>${text(operation.description)}</p>` : ""}
${shellBlock([curlLine(origin, method, path, operation)])}
${parameterTable(operation.parameters)}${schema ? bodyFields(schema, components.schemas) : ""}${answers(operation)}</article>`;
}

/** What a body may hold, at the call itself: whoever writes one need not look elsewhere. */
function bodyFields(schema: JsonSchema, named: Record<string, JsonSchema>): string {
  const name = referredSchema(schema);
  const target = name === undefined ? undefined : named[name];
  if (target === undefined) return `<h4>Body</h4>${renderSchema(schema)}`;
  return `<h4>Body <span class="type">${typeOf(schema)}</span></h4>${renderSchema(target)}`;
}

/** Lines to type; one that wraps is indented, so that it is seen where the next one starts. */
function shellBlock(lines: readonly string[]): string {
  return `<pre>${lines.map((line) => `<code>${escapeHtml(line)}</code>`).join("\n")}</pre>`;
}

function parameterTable(parameters: readonly Parameter[]): string {
  if (parameters.length === 0) return "";
  const rows = parameters.map(({ name, in: where, required, description, schema }) =>
    fieldRow(name, typeOf(schema), text(description ?? ""), { required, where }),
  );
  return `<h4>Parameters</h4>${fieldTable(rows)}`;
}

function answers({ responses }: Operation): string {
  const rows = Object.entries(responses).map(([status, { description, content }]) => {
    const shapes = Object.values(content ?? {}).map(({ schema }) => (schema ? renderSchema(schema) : ""));
    const label = status === "default" ? "error" : status;
    return `<tr><td><code>${label}</code></td><td>${text(description)} ${shapes.join("")}</td></tr>`;
  });
  return `<h4>Answers</h4><table class="answers"><tbody>${rows.join("")}</tbody></table>`;
}

function liveSection(origin: string): string {
  const socket = `${origin.replace(/^http/, "ws")}/ws?session=demo&after=0`;
  return `<section id="live"><h2>live</h2><article><h3><b class="ws">ws</b> <code>/ws</code></h3>
<p>${text(
    "Parameters: `session`, `user`, `after` (a seq; everything past it first), `cursor` (the same for all sessions). " +
      "First `connected`, then events. A client may send `subscribe`, `unsubscribe` and `ping`.",
  )}</p>${shellBlock([`websocat '${socket}'`, '{"type":"subscribe","sessionId":"other","after":0}'])}
${shellBlock([`curl -N -H 'Accept: text/event-stream' ${origin}/api/sessions/demo/events`])}</article></section>`;
}

function schemasSection({ components }: OpenApiDocument): string {
  const cards = Object.entries(components.schemas).map(
    ([name, schema]) => `<article id="schema-${name}"><h3><code>${name}</code></h3>${renderSchema(schema)}</article>`,
  );
  return `<section id="schemas"><h2>schemas</h2>${cards.join("")}</section>`;
}
