import { mkdirSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import { expect, onTestFinished, test as base } from "vitest";
import { temporaryFolder } from "../testing/temporary-folder.js";
import { startTestServer } from "./testing/test-server.js";
import type { ServerOptions } from "./start-server.js";

const script = "console.log('dashboard')".repeat(50);
const html = '<!doctype html><base href="./" /><script type="module" src="./assets/index-abc.js"></script>';

const test = base.extend<{ folder: string }>({
  // oxlint-disable-next-line no-empty-pattern -- vitest reads what a fixture needs from the pattern
  folder: async ({}, use) => {
    using folder = temporaryFolder();
    mkdirSync(join(folder.path, "assets"));
    writeFileSync(join(folder.path, "index.html"), html);
    writeFileSync(join(folder.path, "icon.svg"), "<svg/>");
    writeFileSync(join(folder.path, "assets", "index-abc.js"), script);
    writeFileSync(join(folder.path, "assets", "index-abc.js.br"), brotliCompressSync(script));
    writeFileSync(join(folder.path, "assets", "index-abc.js.gz"), gzipSync(script));
    await use(folder.path);
  },
});

async function start(options: Partial<ServerOptions>) {
  const server = await startTestServer(options);
  onTestFinished(() => server.close());
  return server;
}

test("every address of the application is its page, which finds its files from there", async ({ folder }) => {
  const { call } = await start({ dashboardFolder: folder });
  const bases = [];
  for (const path of ["", "overview", "sessions/a.b", "sessions/a/more"]) {
    const { status, text, headers } = await call("GET", `/dashboard/${path}?q=1`);
    expect([status, headers["content-type"]]).toEqual([200, "text/html; charset=utf-8"]);
    bases.push(/<base href="([^"]*)"/.exec(text)?.[1]);
  }
  expect(bases).toEqual(["./", "./", "../", "../../"]);
});

test("the page may load nothing from elsewhere, run nothing inline, and be framed by nobody", async ({ folder }) => {
  const { call } = await start({ dashboardFolder: folder });
  const { headers } = await call("GET", "/dashboard/");
  const policy = String(headers["content-security-policy"]);
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("script-src 'self';");
  expect(policy).toContain("frame-ancestors 'none'");
  expect(policy).toContain("require-trusted-types-for 'script'");
  expect(policy).not.toMatch(/unsafe|https?:|\*/);
  expect(headers["x-content-type-options"]).toBe("nosniff");
});

test("the page is asked for anew each time, and sent only where it changed", async ({ folder }) => {
  const { call } = await start({ dashboardFolder: folder });
  const first = await call("GET", "/dashboard/");
  expect(first.headers["cache-control"]).toBe("no-cache");
  const headers = { "if-none-match": first.headers.etag! };
  expect((await call("GET", "/dashboard/", undefined, { headers })).status).toBe(304);
  writeFileSync(join(folder, "index.html"), `${html} `);
  expect((await call("GET", "/dashboard/", undefined, { headers })).status).toBe(200);
  const icon = await call("GET", "/dashboard/icon.svg");
  expect([icon.text, icon.headers["content-type"]]).toEqual(["<svg/>", "image/svg+xml"]);
});

test("files with a hash are kept for ever, and come as small as the browser takes them", async ({ folder }) => {
  const { url, call } = await start({ dashboardFolder: folder });
  const path = "/dashboard/assets/index-abc.js";
  const answers = [];
  for (const accepted of ["gzip, deflate, br", "gzip;q=0.5", "br;q=0, gzip", "identity", "br;q=0.0"]) {
    const { headers, status } = await call("GET", path, undefined, { headers: { "accept-encoding": accepted } });
    expect(status).toBe(200);
    expect(headers["cache-control"]).toBe("public, max-age=31536000, immutable");
    expect(headers.vary).toBe("Accept-Encoding");
    expect(headers["content-type"]).toBe("text/javascript; charset=utf-8");
    answers.push(headers["content-encoding"]);
  }
  expect(answers).toEqual(["br", "gzip", "gzip", undefined, undefined]);
  for (const accepted of ["br", "gzip", "identity"]) {
    expect(await (await fetch(url + path, { headers: { "accept-encoding": accepted } })).text()).toBe(script);
  }
});

test("nothing but the dashboard's own files can be had", async ({ folder }) => {
  writeFileSync(join(folder, "secret.js"), "secret");
  const { call } = await start({ dashboardFolder: folder });
  for (const name of [
    "gone-abc.js",
    "../secret.js",
    "..%2fsecret.js",
    "%2e%2e/secret.js",
    "a/../../secret.js",
    "",
    ".",
  ]) {
    const { status, text } = await call("GET", `/dashboard/assets/${name}`);
    expect([name, status]).toEqual([name, 404]);
    expect(text).not.toContain("secret");
  }
  expect((await call("GET", "/dashboard/secret.js")).text).not.toContain("console");
});

test("leads from / and from the address without its slash to the page, also below a proxy's path", async ({
  folder,
}) => {
  const { call } = await start({ dashboardFolder: folder });
  const headers = { accept: "text/html,*/*" };
  const root = await call("GET", "/", undefined, { headers });
  expect([root.status, root.headers.location]).toEqual([302, "dashboard/"]);
  const bare = await call("GET", "/dashboard?tag=x");
  expect([bare.status, bare.headers.location]).toEqual([302, "dashboard/?tag=x"]);
  expect(new URL(bare.headers.location!, "https://example.org/tools/dashboard").pathname).toBe("/tools/dashboard/");
});

test("says how to build what is not built", async ({ folder }) => {
  const { call } = await start({ dashboardFolder: join(folder, "missing") });
  const { status, body } = await call("GET", "/dashboard/");
  expect(status).toBe(404);
  expect(body.error).toContain("npm run build");
});

test("listens on a second port as the same server", async ({ folder }) => {
  const server = await start({ dashboardFolder: folder, dashboardPort: 0 });
  const { dashboard } = server;
  if (!dashboard || !("url" in dashboard)) throw new Error("no second address");
  expect(dashboard.url).not.toBe(server.url);
  expect(await (await fetch(`${dashboard.url}/dashboard/`)).text()).toBe(html);
  await fetch(`${dashboard.url}/api/actions/s1`, { method: "POST", body: '{"type":"hello"}' });
  expect((await server.call("GET", "/api/actions/s1")).body).toHaveLength(1);
  await server.close();
  await expect(fetch(`${dashboard.url}/health`)).rejects.toThrow("fetch failed");
});

test("goes on without the second port where that is taken", async ({ folder }) => {
  const taken = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => taken.once("listening", resolve));
  onTestFinished(() => void taken.close());
  const { port } = taken.address() as AddressInfo;
  const { dashboard, call } = await start({ dashboardFolder: folder, dashboardPort: port });
  expect(dashboard).toMatchObject({ refused: { code: "port_in_use" } });
  expect(dashboard && "refused" in dashboard && dashboard.refused.message).toContain("--dashboard-port");
  expect((await call("GET", "/dashboard/")).status).toBe(200);
});
