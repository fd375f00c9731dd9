import * as z from "zod";

export type JsonSchema = Record<string, unknown>;

/** JSON Schemas made of zod schemas; those with an `id` are collected once and referred to. */
export class SchemaBook {
  readonly schemas: Record<string, JsonSchema> = {};

  /** What a caller sends, or with `answers` what the server does. */
  of(schema: z.ZodType, io: "input" | "output" = "input"): JsonSchema {
    const { $schema: _schema, $defs, ...json } = z.toJSONSchema(schema, { io, unrepresentable: "any" }) as JsonSchema;
    for (const [name, definition] of Object.entries(($defs ?? {}) as Record<string, JsonSchema>)) {
      this.schemas[name] ??= toComponents(definition) as JsonSchema;
    }
    return toComponents(json) as JsonSchema;
  }
}

/** Makes references to `$defs` references to the document's components. */
function toComponents(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(toComponents);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(
    ([key]) => key !== "id" || typeof (value as JsonSchema)["id"] !== "string",
  );
  return Object.fromEntries(
    entries.map(([key, child]) => [
      key,
      key === "$ref" && typeof child === "string"
        ? child.replace("#/$defs/", "#/components/schemas/")
        : toComponents(child),
    ]),
  );
}
