import { createHash } from "node:crypto";
import { expect, test } from "vitest";
import { apiRoutes } from "./app.js";
import { nearestAddress } from "./not-found.js";
import { startTestServer } from "./testing/test-server.js";

const routes = apiRoutes.map(({ path }) => path);
const html = { headers: { accept: "text/html,application/xhtml+xml,*/*;q=0.8" } };

test.each([
  ["/api/action/demo", "/api/actions/demo"],
  ["/api/session", "/api/sessions"],
  ["/api/sessions/demo/event", "/api/sessions/demo/events"],
  ["/api/sessions/demo/", "/api/sessions/demo"],
  ["/sessions/demo", "/api/sessions/demo"],
  ["/v1/trace", "/v1/traces"],
  ["/healthz", "/health"],
  ["/api/qurey/recent", "/api/query/recent"],
  ["/favicon.ico", undefined],
  ["/nosuch", undefined],
  ["/x", undefined],
  ["/api/sessions//events", undefined],
  [`/api/action/${"x".repeat(400)}`, undefined],
])("the address that %s may have meant is %s", (address, meant) => {
  expect(nearestAddress(address, routes)).toBe(meant);
});

test("no address of a route is taken for another", () => {
  for (const route of routes.filter((path) => path !== "/")) expect(nearestAddress(route, routes)).toBe(route);
});

test("a script is told the nearest call in a problem document", async () => {
  await using server = await startTestServer();
  for (const options of [{}, { headers: { accept: "application/json" } }]) {
    const { status, headers, body } = await server.call("POST", "/api/action/demo", { type: "note" }, options);
    expect([status, headers["content-type"], body.code]).toEqual([404, "application/problem+json", "not_found"]);
    const said = "There is nothing at this address. Did you mean /api/actions/demo? GET /docs shows every call.";
    expect(body.error).toBe(said);
  }
  expect((await server.call("GET", "/nosuch")).body.error).toBe(
    "There is nothing at this address. GET /docs shows every call.",
  );
});

test("a browser is shown the way to the dashboard and the docs, on both ports", async () => {
  await using server = await startTestServer({ dashboardPort: 0 });
  const { url } = server.dashboard as { url: string };
  for (const base of [server.url, url]) {
    const response = await fetch(`${base}/a/nosuch?q=1`, html);
    expect([response.status, response.headers.get("content-type")]).toEqual([404, "text/html; charset=utf-8"]);
    const text = await response.text();
    const targets = [...text.matchAll(/href="([^"]+)"/g)].map(([, href]) => new URL(href!, response.url).href);
    expect(targets).toEqual([`${base}/dashboard/`, `${base}/docs`]);
    expect((await fetch(targets[1]!)).status).toBe(200);
  }
  expect((await server.call("POST", "/nosuch", {}, html)).headers["content-type"]).toBe("application/problem+json");
});

test("the page runs nothing, loads nothing, and shows what was asked for as text", async () => {
  await using server = await startTestServer();
  const { text, headers } = await server.call("GET", '/api/action/"><script>alert(1)</script>', undefined, html);
  expect(text).not.toContain("<script");
  const known = await server.call("GET", "/api/action/a&lt;b", undefined, html);
  expect(known.text).toContain("<code>/api/actions/a&amp;lt;b</code>");
  const style = /<style>(.*?)<\/style>/s.exec(text)![1]!;
  const hash = createHash("sha256").update(style).digest("base64");
  expect(headers["content-security-policy"]).toContain(`default-src 'none'; style-src 'sha256-${hash}';`);
  expect(headers["content-security-policy"]).toContain("frame-ancestors 'none'");
  expect(headers["x-content-type-options"]).toBe("nosniff");
});
