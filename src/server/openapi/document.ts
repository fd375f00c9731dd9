import { problemSchema } from "../answers.js";
import { ndjsonType } from "../reply.js";
import type { Answer, Route } from "../route.js";
import { SchemaBook, type JsonSchema } from "./schema.js";

export interface Parameter {
  name: string;
  in: "path" | "query" | "header";
  required: boolean;
  description?: string;
  schema: JsonSchema;
}

interface Media {
  schema?: JsonSchema;
  example?: unknown;
}

export interface Operation {
  operationId: string;
  tags: string[];
  summary: string;
  description?: string;
  parameters: Parameter[];
  requestBody?: { required: boolean; content: Record<string, Media> };
  responses: Record<string, { description: string; content?: Record<string, Media> }>;
}

export interface OpenApiDocument {
  openapi: "3.1.0";
  info: { title: string; version: string; description: string; license: { name: string; identifier: string } };
  tags: { name: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, JsonSchema> };
}

const description = `Sessions of AI agents as logs of events: every event is durable before it is acknowledged, live over
WebSocket (\`/ws\`) and server-sent events, and searchable. A write to an unknown session creates it. Errors are problem
documents (RFC 9457) with a stable \`code\`.`;

/** The API's description (OpenAPI 3.1), made from the routes that the server runs. */
export function describeApi(routes: readonly Route[], version: string): OpenApiDocument {
  const book = new SchemaBook();
  const paths: OpenApiDocument["paths"] = {};
  for (const route of routes) {
    (paths[route.path] ??= {})[route.method.toLowerCase()] = operation(route, book);
  }
  return {
    openapi: "3.1.0",
    info: { title: "claude-sessions", version, description, license: { name: "MIT", identifier: "MIT" } },
    tags: [...new Set(routes.map(({ group }) => group))].map((name) => ({ name })),
    paths,
    components: { schemas: book.schemas },
  };
}

function operation(route: Route, book: SchemaBook): Operation {
  const { summary, group, body } = route;
  return {
    operationId: operationId(route),
    tags: [group],
    summary,
    ...(route.description !== undefined && { description: route.description }),
    parameters: parametersOf(route, book),
    ...(body && { requestBody: { required: body.optional !== true, content: bodyContent(body, book) } }),
    responses: responsesOf(route, book),
  };
}

function operationId({ method, path }: Route): string {
  const words = path.split("/").filter((part) => part !== "" && part !== "api");
  const name = words.map((word) => word.replace(/[{}]/g, "").replace(/^\w/, (letter) => letter.toUpperCase()));
  return method.toLowerCase() + name.join("").replaceAll(/\W/g, "");
}

function parametersOf({ path, query, headers }: Route, book: SchemaBook): Parameter[] {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]): Parameter => ({
    name: name!,
    in: "path",
    required: true,
    schema: { type: "string" },
  }));
  const inQuery = Object.entries(query?.shape ?? {}).map(([name, schema]): Parameter => {
    const { description: text, ...json } = book.of(schema as Parameters<SchemaBook["of"]>[0]);
    const required = !schema.safeParse(undefined).success;
    return { name, in: "query", required, ...(typeof text === "string" && { description: text }), schema: json };
  });
  const inHeaders = Object.entries(headers ?? {}).map(([name, text]): Parameter => ({
    name,
    in: "header",
    required: false,
    description: text,
    schema: { type: "string" },
  }));
  return [...inPath, ...inQuery, ...inHeaders];
}

function bodyContent({ schema, batch, example }: NonNullable<Route["body"]>, book: SchemaBook): Record<string, Media> {
  const one = book.of(schema);
  const shown = example === undefined ? {} : { example };
  if (!batch) return { "application/json": { schema: one, ...shown } };
  return {
    "application/json": { schema: { anyOf: [one, { type: "array", items: one }] }, ...shown },
    [ndjsonType]: { schema: one },
  };
}

function responsesOf({ responses }: Route, book: SchemaBook): Operation["responses"] {
  const problem = { "application/problem+json": { schema: book.of(problemSchema, "output") } };
  const answers = Object.entries(responses).map(([status, answer]) => [status, answerOf(answer, book)] as const);
  return {
    ...Object.fromEntries(answers),
    default: { description: "What is wrong, and what to do", content: problem },
  };
}

function answerOf(
  { description: text, schema, type = "application/json" }: Answer,
  book: SchemaBook,
): Operation["responses"][string] {
  if (!schema) return { description: text };
  return { description: text, content: { [type]: { schema: book.of(schema, "output") } } };
}
