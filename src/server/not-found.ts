import { createHash } from "node:crypto";
import { AppError } from "../core/errors.js";
import { nearest } from "../core/nearest.js";
import type { Call } from "./call.js";
import { escapeHtml } from "./openapi/html.js";

/** The answer to an address that no route has: a page for a browser, a problem document for everything else. */
export function notFound(call: Call, routes: readonly string[]): Response {
  const { pathname } = new URL(call.url);
  const meant = nearestAddress(pathname, routes);
  const { method } = call.context.req;
  if ((method === "GET" || method === "HEAD") && call.accepts("text/html")) return page(pathname, meant);
  const hint = meant === undefined ? "" : ` Did you mean ${meant}?`;
  throw new AppError("not_found", `There is nothing at this address.${hint} GET /docs shows every call.`);
}

/** A longer one is no slip of the fingers. */
const longestAddress = 300;

/**
 * The address of a route that a misspelt one may have meant: without a slash at the end, below `/api`, or with other
 * words where the route has fixed ones. What stands for its parameters is kept.
 */
export function nearestAddress(address: string, routes: readonly string[]): string | undefined {
  if (address.length > longestAddress) return undefined;
  const trimmed = address.replace(/\/+$/, "");
  const given = trimmed.split("/").slice(1);
  for (const parts of [given, ["api", ...given]]) {
    const fitted = routes.map((route) => fit(parts, route.split("/").slice(1))).filter((fit) => fit !== undefined);
    const [best] = fitted.sort((a, b) => a.changed - b.changed);
    if (best) return `/${best.parts.join("/")}`;
  }
  return undefined;
}

/** The parts with the route's own words in place of those that are like them; undefined where one is not. */
function fit(parts: readonly string[], route: readonly string[]): { parts: string[]; changed: number } | undefined {
  if (parts.length !== route.length) return undefined;
  const fitted: string[] = [];
  let changed = 0;
  for (const [index, word] of route.entries()) {
    const part = parts[index]!;
    const kept = part === word || (word.startsWith("{") && part !== "");
    if (!kept && (part.length <= 2 || word === "" || nearest(part, [word]) === undefined)) return undefined;
    if (!kept) changed += 1;
    fitted.push(kept ? part : word);
  }
  return { parts: fitted, changed };
}

const style = `
:root{color-scheme:light dark}
body{margin:15vh auto 0;max-width:34rem;padding:0 1.5rem;font:16px/1.6 system-ui,-apple-system,"Segoe UI",sans-serif}
h1{font-size:1.4rem;margin:0 0 .6rem}
code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
`;
const styleHash = createHash("sha256").update(style).digest("base64");

const headers = {
  "Content-Type": "text/html; charset=utf-8",
  "Content-Security-Policy": `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  "Cache-Control": "no-store",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
};

/** Its links are relative, so that they hold behind a proxy that puts the server under a path of its own. */
function page(pathname: string, meant: string | undefined): Response {
  const root = "../".repeat(pathname.split("/").length - 2) || "./";
  const to = (address: string, text: string) => `<a href="${escapeHtml(root + address.slice(1))}">${text}</a>`;
  const hint = meant === undefined ? "" : ` Did you mean ${to(meant, `<code>${escapeHtml(meant)}</code>`)}?`;
  const html = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Nothing here · claude-sessions</title>
<style>${style}</style>
<main>
<h1>There is nothing at this address.</h1>
<p>${to("/dashboard/", "The dashboard")} shows every session, ${to("/docs", "the docs")} every call of the API.${hint}</p>
</main>
</html>
`;
  return new Response(html, { status: 404, headers });
}
