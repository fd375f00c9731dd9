import { expect, test } from "vitest";
import { apiRoutes } from "../app.js";
import { startTestServer } from "../testing/test-server.js";
import type { OpenApiDocument } from "./document.js";

test("describes every route that the server runs", async () => {
  await using server = await startTestServer();
  const { body, headers } = await server.call("GET", "/openapi.json");
  expect(headers["content-type"]).toBe("application/json");
  const document = body as OpenApiDocument;
  expect(document.openapi).toBe("3.1.0");
  const described = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
  );
  expect(described.toSorted()).toEqual(apiRoutes.map(({ method, path }) => `${method} ${path}`).toSorted());
});

test("every route that is described answers, and not with 404 for the address", async () => {
  await using server = await startTestServer();
  for (const { method, path } of apiRoutes) {
    // An event stream has no end; its head has.
    const verb = path === "/api/events" ? "HEAD" : method;
    const { body } = await server.call(verb, path.replaceAll(/\{\w+\}/g, "x"));
    expect(`${method} ${path} ${body?.code}`).not.toMatch(/ (not_found|method_not_allowed|internal)$/);
  }
});

test("says what a body holds as its schema does", async () => {
  await using server = await startTestServer();
  const document = (await server.call("GET", "/openapi.json")).body as OpenApiDocument;
  const { CreateSession, Problem } = document.components.schemas;
  expect(CreateSession).toMatchObject({
    type: "object",
    additionalProperties: false,
    properties: { tags: { type: "array" } },
  });
  expect(Problem).toMatchObject({ required: ["type", "title", "status", "detail", "code", "error"] });
  const create = document.paths["/api/sessions"]?.["post"];
  expect(create?.requestBody?.content["application/json"]?.schema).toEqual({
    $ref: "#/components/schemas/CreateSession",
  });
  const limit = document.paths["/api/query/recent"]?.["get"]?.parameters[0];
  expect(limit).toMatchObject({
    name: "limit",
    in: "query",
    required: false,
    description: "10 where absent; 1000 at most",
    schema: { type: "integer", minimum: 1 },
  });
});

test("refers to nothing that is not there", async () => {
  await using server = await startTestServer();
  const { text, body } = await server.call("GET", "/openapi.json");
  const names = [...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map(([, name]) => name);
  expect(names.length).toBeGreaterThan(10);
  for (const name of names) expect(body.components.schemas).toHaveProperty(name!);
  expect(text.includes("$defs")).toBe(false);
});

test("the page shows every call, and lets nothing run or load", async () => {
  await using server = await startTestServer();
  const { text, headers } = await server.call("GET", "/docs");
  expect(headers["content-security-policy"]).toMatch(/^default-src 'none'; style-src 'sha256-[\w+/=]+'/);
  expect(/<script|<link|<img|<iframe|\sstyle=|javascript:|<[^>]*\son\w+=/i.test(text)).toBe(false);
  expect(text.includes("prefers-color-scheme:dark")).toBe(true);
  expect(apiRoutes.filter(({ path }) => !text.includes(`<code>${path}</code>`))).toEqual([]);
  const parts = [`curl ${server.url}/api/actions/demo --json '`, 'id="error-session_exists"'];
  expect(parts.filter((part) => !text.includes(part))).toEqual([]);
});

test("the page shows at each call what its body may hold", async () => {
  await using server = await startTestServer();
  const { text } = await server.call("GET", "/docs");
  const card = /<article id="postStateIdGoals">.*?<\/article>/s.exec(text)![0];
  expect(card).toContain("<code>description</code> <em>required</em>");
  expect(card).toContain("<code>priority</code>");
});

test("sends a browser from / to the page, and tells a script where to look", async () => {
  await using server = await startTestServer();
  const browser = await server.call("GET", "/", undefined, { headers: { accept: "text/html,*/*" } });
  expect([browser.status, browser.headers.location]).toEqual([302, "dashboard/"]);
  expect((await server.call("GET", "/")).body).toMatchObject({
    name: "claude-sessions",
    dashboard: "/dashboard/",
    docs: "/docs",
    openapi: "/openapi.json",
  });
});
