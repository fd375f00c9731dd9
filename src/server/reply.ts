import { giveBack } from "../storage/buffer-pool.js";
import { pageToJsonArray } from "../storage/page.js";
import type { Page } from "../storage/session-store.js";
import type { Call } from "./call.js";

const jsonHeaders = { "Content-Type": "application/json", "X-Content-Type-Options": "nosniff" };
export const ndjsonType = "application/x-ndjson";

/** A JSON answer. */
export function json(status: number, value: unknown, headers?: Record<string, string>): Response {
  return jsonText(status, JSON.stringify(value), headers);
}

/** A JSON answer whose text is there already. */
export function jsonText(status: number, text: string | Uint8Array, headers?: Record<string, string>): Response {
  return new Response(text as ConstructorParameters<typeof Response>[0], {
    status,
    headers: headers ? { ...jsonHeaders, ...headers } : jsonHeaders,
  });
}

/** A page of the log as a JSON array; its memory serves again once the answer is sent. */
export function pageReply(call: Call, page: Page, forward: boolean): Response {
  const headers = pageLinks(call.url, page, forward);
  const array = pageToJsonArray(page);
  call.outgoing?.once("finish", () => giveBack(array));
  return jsonText(200, array, headers);
}

/** `Link` headers (RFC 8288) of a page; nothing where there is no more in its direction. */
function pageLinks(url: string, page: Page, forward: boolean): Record<string, string> {
  if (!page.more) return {};
  const target = new URL(url);
  target.searchParams.delete(forward ? "before" : "after");
  target.searchParams.set(forward ? "after" : "before", String(forward ? page.last : page.first));
  return { Link: `<${target.pathname}${target.search}>; rel="${forward ? "next" : "prev"}"` };
}

/** The `Link` header of a listing that goes on at `cursor`. */
export function cursorLink(url: string, cursor: string | null): Record<string, string> {
  if (cursor === null) return {};
  const target = new URL(url);
  target.searchParams.set("cursor", cursor);
  return { Link: `<${target.pathname}${target.search}>; rel="next"` };
}
