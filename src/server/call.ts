import type { IncomingMessage, ServerResponse } from "node:http";
import type { Context } from "hono";
import type { z } from "zod";
import { AppError } from "../core/errors.js";
import { parseSessionId } from "../core/ids.js";
import type { ServerDeps } from "./deps.js";
import { readBody, readBytes } from "./http/body.js";
import { parseIdempotencyKey } from "./input/idempotency.js";
import { parseFolded, parseWith } from "./input/parse.js";
import { partIdSchema } from "../core/requests.js";

/** What the Node adapter hands along with a request; nothing of it where an app is called in-process. */
export interface NodeBindings {
  incoming?: IncomingMessage;
  outgoing?: ServerResponse;
}

export type AppContext = Context<{ Bindings: NodeBindings }>;

/** One request as a route's handler sees it. Everything is read when it is asked for. */
export class Call {
  readonly context: AppContext;
  readonly deps: ServerDeps;
  private readonly incoming: IncomingMessage | undefined;
  private checkedId: string | undefined;
  /** The origin that may read the answer across origins. */
  shared: string | undefined;

  constructor(context: AppContext, deps: ServerDeps) {
    this.context = context;
    this.deps = deps;
    this.incoming = context.env?.incoming;
  }

  get url(): string {
    return this.context.req.raw.url;
  }

  /** The raw Node response, for what writes to it itself. */
  get outgoing(): ServerResponse | undefined {
    return this.context.env?.outgoing;
  }

  /** A request header by its lower-case name. */
  header(name: string): string | undefined {
    if (!this.incoming) return this.context.req.raw.headers.get(name) ?? this.defaultHeader(name);
    const value = this.incoming.headers[name];
    return typeof value === "string" ? value : value?.[0];
  }

  /** In-process requests carry their host in the URL alone. */
  private defaultHeader(name: string): string | undefined {
    return name === "host" ? new URL(this.url).host : undefined;
  }

  accepts(type: string): boolean {
    return this.header("accept")?.includes(type) ?? false;
  }

  hasType(type: string): boolean {
    return this.header("content-type")?.toLowerCase().startsWith(type) ?? false;
  }

  /** The checked session id of the path. @throws AppError `invalid_session_id` */
  get sessionId(): string {
    return (this.checkedId ??= parseSessionId(this.context.req.param("id") ?? ""));
  }

  /** Another part of the path, such as a goal's id. @throws AppError `invalid_input` */
  part(name: string): string {
    return parseWith(partIdSchema, this.context.req.param(name), name);
  }

  query<T extends z.ZodObject>(schema: T): z.output<T> {
    return parseWith(schema, this.context.req.query());
  }

  /** @throws AppError `unsupported_media_type`, `body_too_large`, `invalid_json` */
  text(): Promise<string> {
    const encoding = this.header("content-encoding");
    if (encoding !== undefined && encoding !== "identity") {
      throw new AppError(
        "unsupported_media_type",
        `Send the body as it is, not encoded as '${encoding.slice(0, 40)}'.`,
      );
    }
    if (this.hasType("multipart/")) {
      throw new AppError("unsupported_media_type", "Send the body as JSON (Content-Type: application/json).");
    }
    return readBody(this.context.req.raw, this.incoming, this.deps.maxBodyBytes);
  }

  /** The body as it came, packed or not. @throws AppError `body_too_large` */
  bytes(): Promise<Buffer> {
    return readBytes(this.context.req.raw, this.incoming, this.deps.maxBodyBytes);
  }

  /** The body as an object that passes `schema`; none at all is an empty one where `optional`. */
  async body<T extends z.ZodObject>(schema: T, options: { optional?: boolean } = {}): Promise<z.output<T>> {
    return parseWith(schema, parseFolded(await this.text(), options));
  }

  /** The headers that let the page of an allowed origin read the answer. */
  sharedHeaders(): Record<string, string> {
    if (this.shared === undefined) return {};
    return {
      "Access-Control-Allow-Origin": this.shared,
      "Access-Control-Expose-Headers": "ETag, Link, Retry-After",
      Vary: "Origin",
    };
  }

  get idempotencyKey(): string | undefined {
    return parseIdempotencyKey(this.header("idempotency-key"));
  }
}
