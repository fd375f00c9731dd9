import { AppError } from "../core/errors.js";
import { comparableHost, hostnameOf, isLocalName, isLoopback } from "./hosts.js";

/** What the gate sees of an HTTP request, an event stream, a WebSocket upgrade or a subscription on one. */
export interface Entry {
  method: string;
  /** The route's path as it is documented, such as `/api/sessions/{id}`; `*` where none matches. */
  route: string;
  sessionId: string | undefined;
  header: (name: string) => string | undefined;
}

/** Decides whether a caller may do this; throws AppError where not. */
export type Authorize = (entry: Entry) => void;

export interface Gate {
  /**
   * Lets a request in or throws AppError `host_refused` or `origin_refused`, or what `authorize` throws.
   * Returns the origin that may read the answer across origins, else undefined.
   */
  admit(entry: Entry): string | undefined;
  authorize: Authorize;
}

interface GateOptions {
  /** The address listened on. */
  host: string;
  allowOrigins?: readonly string[];
  authorize?: Authorize;
}

const seenHosts = 64;

/**
 * The one place that every request passes. On loopback the Host header must name this machine, so
 * that a name rebound to it reaches nothing; and a page of another origin gets in nowhere.
 */
export function createGate({ host, allowOrigins = [], authorize = allowAll }: GateOptions): Gate {
  const origins = new Set(allowOrigins.map(normalizeOrigin));
  const anyOrigin = origins.has("*");
  const checkHost = isLoopback(host) ? hostCheck(host, origins) : () => {};

  function admit(entry: Entry): string | undefined {
    const hostHeader = entry.header("host");
    checkHost(hostHeader);
    const origin = entry.header("origin");
    let shared: string | undefined;
    if (origin !== undefined) {
      if (anyOrigin || origins.has(origin.toLowerCase())) shared = origin;
      else if (!isSameOrigin(origin, hostHeader))
        throw originRefused(`The origin '${printable(origin)}'`, printable(origin));
    } else if (entry.header("sec-fetch-site") === "cross-site" && !isNavigation(entry)) {
      throw originRefused("Another site's page");
    }
    authorize(entry);
    return shared;
  }
  return { admit, authorize };
}

function allowAll(): void {}

function hostCheck(ownHost: string, origins: ReadonlySet<string>): (host: string | undefined) => void {
  const own = hostnameOf(ownHost) ?? ownHost.toLowerCase();
  const named = new Set([
    own,
    ...[...origins].map((origin) => (URL.canParse(origin) ? new URL(origin).hostname : origin)),
  ]);
  const good = new Set<string>();
  return (host) => {
    if (host !== undefined && good.has(host)) return;
    const name = host === undefined ? undefined : hostnameOf(host);
    if (name === undefined || !(isLocalName(name) || named.has(name))) throw hostRefused(host ?? "");
    if (good.size < seenHosts) good.add(host!);
  };
}

function isSameOrigin(origin: string, host: string | undefined): boolean {
  return host !== undefined && URL.canParse(origin) && comparableHost(new URL(origin).host) === comparableHost(host);
}

function isNavigation({ method, header }: Entry): boolean {
  return (method === "GET" || method === "HEAD") && header("sec-fetch-mode") === "navigate";
}

function normalizeOrigin(origin: string): string {
  return origin.toLowerCase().replace(/\/+$/, "");
}

function hostRefused(host: string): AppError {
  return new AppError(
    "host_refused",
    `This server answers to this machine only, not to the name '${printable(host)}'. ` +
      "Call it as localhost, or start it with --host to serve other machines.",
  );
}

function originRefused(who: string, origin = "<origin>"): AppError {
  return new AppError(
    "origin_refused",
    `${who} may not call this server. To let it in, start the server with --allow-origin ${origin}.`,
  );
}

function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, "?").slice(0, 200);
}
