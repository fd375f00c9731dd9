import type { Page } from "../storage/session-store.js";

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

/** `Link` headers (RFC 8288) of a page; nothing where there is no more in its direction. */
export function pageLinks(url: string, page: Page, forward: boolean): Record<string, string> {
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
