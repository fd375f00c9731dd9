import type { z } from "zod";
import type { Call } from "./call.js";

type Method = "GET" | "POST" | "PATCH" | "DELETE";

/** What is said about an answer in the API's description. */
export interface Answer {
  description: string;
  schema?: z.ZodType;
  /** Default `application/json`. */
  type?: string;
}

interface RequestBody {
  schema: z.ZodType;
  description?: string;
  optional?: boolean;
  /** The body may also be a list of these, as a JSON array or as NDJSON. */
  batch?: boolean;
  /** Shown in the documentation's call. */
  example?: unknown;
}

export interface Route {
  method: Method;
  /** With parameters as `{id}`. */
  path: string;
  group: string;
  summary: string;
  description?: string;
  query?: z.ZodObject;
  /** Request headers that the call understands, with what they mean. */
  headers?: Record<string, string>;
  body?: RequestBody;
  /** By status. Error statuses of the gate and the body are not repeated for each route. */
  responses: Record<number, Answer>;
  handler: (call: Call) => Response | Promise<Response>;
}

/** Declares a route once: it is registered, checked and documented from this. */
export function route<T extends Route>(definition: T): T {
  return definition;
}
