import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import { basename, dirname, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { AppError } from "../core/errors.js";
import type { Call } from "./call.js";
import type { ServerDeps } from "./deps.js";
import { register, type App } from "./pipeline.js";

/** Where the dashboard lies, with the slash that its relative addresses need. */
const dashboardPath = "/dashboard/";

/**
 * Everything comes from here, nothing is inline, and text becomes HTML only through the sanitiser's
 * policy (Trusted Types). Live connections to the same origin are part of `'self'`.
 */
const contentPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
  "trusted-types dompurify",
].join("; ");

const headers = {
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
  "Cross-Origin-Opener-Policy": "same-origin",
};

const types: Record<string, string> = {
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".html": "text/html; charset=utf-8",
};

/** Assets carry a hash of their content in their name. */
const assets = "assets/";
/** One file name, of characters that cannot lead anywhere else. */
const fileName = /^[\w-][\w.-]*$/;

/** Serves the built dashboard under {@link dashboardPath}, behind the same gate as the API. */
export function registerDashboard(app: App, deps: ServerDeps): void {
  const route = { method: "GET" as const, group: "dashboard", summary: "The dashboard", responses: {} };
  const bare = dashboardPath.slice(0, -1);
  register(app, { ...route, path: bare, handler: addSlash }, bare, deps);
  const path = `${dashboardPath}*`;
  register(app, { ...route, path, handler: (call) => answer(deps.dashboardFolder, call) }, path, deps);
}

/** The dashboard's folder: in the `dist` of the bundle that asks, or in the repository's where TypeScript is run as it is. */
export function builtDashboard(moduleUrl = import.meta.url): string {
  const file = fileURLToPath(moduleUrl);
  if (extname(file) === ".ts") return join(dirname(file), "..", "..", "dist", "dashboard");
  return join(dirname(file), "dashboard");
}

/** Relative, so that it holds behind a proxy that puts the server under a path of its own. */
function addSlash(call: Call): Response {
  const { search } = new URL(call.url);
  return new Response(null, { status: 302, headers: { Location: `${basename(dashboardPath)}/${search}` } });
}

function answer(folder: string, call: Call): Promise<Response> {
  const path = new URL(call.url).pathname.slice(dashboardPath.length);
  if (path.startsWith(assets)) return asset(folder, path.slice(assets.length), call);
  return path === "icon.svg" ? revalidated(folder, path, call) : page(folder, path, call);
}

async function asset(folder: string, name: string, call: Call): Promise<Response> {
  const found = fileName.test(name) ? await readEncoded(join(folder, assets, name), call) : undefined;
  if (!found) throw new AppError("not_found", "The dashboard has no such file. Load its page again.");
  return new Response(found.bytes, {
    headers: {
      ...headers,
      ...found.headers,
      "Content-Type": types[extname(name)] ?? "application/octet-stream",
      "Cache-Control": "public, max-age=31536000, immutable",
    },
  });
}

async function revalidated(folder: string, name: string, call: Call): Promise<Response> {
  const bytes = await read(join(folder, name));
  if (!bytes) throw notBuilt();
  return checked(bytes, call, { "Content-Type": types[extname(name)]! });
}

/** Every address that is no file is one of the application's own; the page reads it. */
async function page(folder: string, path: string, call: Call): Promise<Response> {
  const html = await read(join(folder, "index.html"));
  if (!html) throw notBuilt();
  const up = path.split("/").length - 1;
  const base = up === 0 ? "./" : "../".repeat(up);
  const text = html.toString().replace('<base href="./"', () => `<base href="${base}"`);
  return checked(Buffer.from(text), call, {
    "Content-Type": types[".html"]!,
    "Content-Security-Policy": contentPolicy,
  });
}

function checked(bytes: Buffer<ArrayBuffer>, call: Call, own: Record<string, string>): Response {
  const etag = `"${createHash("sha256").update(bytes).digest("base64url").slice(0, 22)}"`;
  const all = { ...headers, ...own, ETag: etag, "Cache-Control": "no-cache" };
  if (call.header("if-none-match")?.includes(etag)) return new Response(null, { status: 304, headers: all });
  return new Response(bytes, { headers: all });
}

const encodings = [
  { name: "br", suffix: ".br" },
  { name: "gzip", suffix: ".gz" },
] as const;

/** The file as the build packed it, where the browser takes that. */
async function readEncoded(file: string, call: Call) {
  const vary = { Vary: "Accept-Encoding" };
  for (const { name, suffix } of encodings) {
    if (!takes(call.header("accept-encoding") ?? "", name)) continue;
    const bytes = await read(file + suffix);
    if (bytes) return { bytes, headers: { ...vary, "Content-Encoding": name } };
  }
  const bytes = await read(file);
  return bytes && { bytes, headers: vary };
}

/** Whether an Accept-Encoding header (RFC 9110, 12.5.3) allows `encoding`. */
function takes(accepted: string, encoding: string): boolean {
  return accepted.split(",").some((part) => {
    const [name = "", ...parameters] = part.split(";").map((text) => text.trim().toLowerCase());
    return name === encoding && !parameters.some((text) => /^q=0(\.0*)?$/.test(text));
  });
}

async function read(file: string): Promise<Buffer<ArrayBuffer> | undefined> {
  try {
    return await readFile(file);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "EISDIR" || code === "ENOTDIR") return undefined;
    throw error;
  }
}

function notBuilt(): AppError {
  return new AppError("not_found", "The dashboard is not built. Run 'npm run build' in the folder of claude-sessions.");
}
