import { createHash } from "node:crypto";
import type { Call } from "../call.js";
import { describeApi, type OpenApiDocument } from "../openapi/document.js";
import { pageStyle } from "../openapi/page-style.js";
import { renderPage } from "../openapi/page.js";
import { json } from "../reply.js";
import { route, type Route } from "../route.js";

const styleHash = createHash("sha256").update(pageStyle).digest("base64");
const contentPolicy = `default-src 'none'; style-src 'sha256-${styleHash}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** The routes that describe the API; `all` names every route, these included. Made when they are first asked for. */
export function docsRoutes(all: () => readonly Route[]): Route[] {
  let made: OpenApiDocument | undefined;
  const document = ({ deps }: Call) => (made ??= describeApi(all(), deps.version));
  return [
    route({
      method: "GET",
      path: "/openapi.json",
      group: "operations",
      summary: "This description, machine-readable",
      responses: { 200: { description: "OpenAPI 3.1" } },
      handler: (call) => json(200, document(call)),
    }),
    route({
      method: "GET",
      path: "/docs",
      group: "operations",
      summary: "This description, as a page",
      responses: { 200: { description: "HTML", type: "text/html" } },
      handler: (call) => page(renderPage(document(call), new URL(call.url).origin)),
    }),
    route({
      method: "GET",
      path: "/",
      group: "operations",
      summary: "Where to go from here",
      responses: { 200: { description: "Links" }, 302: { description: "To the dashboard, for browsers" } },
      handler: home,
    }),
  ];
}

function page(html: string): Response {
  const headers = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": contentPolicy,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
  };
  return new Response(html, { headers });
}

function home(call: Call): Response {
  if (call.accepts("text/html")) return new Response(null, { status: 302, headers: { Location: "dashboard/" } });
  return json(200, {
    name: "claude-sessions",
    version: call.deps.version,
    dashboard: "/dashboard/",
    docs: "/docs",
    openapi: "/openapi.json",
    health: "/health",
  });
}
