import { createContext, use, useSyncExternalStore } from "react";

/** The pages, with what the address says of them. */
export type Route =
  | { page: "sessions" }
  | { page: "overview" }
  | { page: "session"; sessionId: string }
  | { page: "unknown" };

export interface Location {
  route: Route;
  /** Everything that a view keeps in the address, so that it can be shared. */
  params: URLSearchParams;
}

export interface NavigateOptions {
  /** The entry of the history is replaced: for what changes while somebody types. */
  replace?: boolean;
}

export interface Router {
  getLocation(): Location;
  subscribe(listener: () => void): () => void;
  /** The address of a page, for links; `params` with null are left out. */
  href(route: Route, params?: Params): string;
  navigate(href: string, options?: NavigateOptions): void;
  /** Changes parameters of the page that is shown; null takes one out. */
  setParams(change: Params, options?: NavigateOptions): void;
}

export type Params = Record<string, string | number | null | undefined>;

/** The page's address as the application reads it, below the document's base. */
export function createRouter(page: Pick<Window, "location" | "history" | "addEventListener" | "document">): Router {
  const base = new URL(page.document.baseURI).pathname;
  const listeners = new Set<() => void>();
  let current = read();

  function read(): Location {
    const { pathname, search } = page.location;
    const path = pathname.startsWith(base) ? pathname.slice(base.length) : "";
    return { route: parseRoute(path), params: new URLSearchParams(search) };
  }

  function changed(): void {
    current = read();
    for (const listener of listeners) listener();
  }

  page.addEventListener("popstate", changed);
  const router: Router = {
    getLocation: () => current,
    subscribe: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    href: (route, params = {}) => base + pathOf(route) + queryOf(new URLSearchParams(), params),
    navigate: (href, { replace = false } = {}) => {
      if (replace) page.history.replaceState(null, "", href);
      else page.history.pushState(null, "", href);
      changed();
    },
    setParams: (change, options) => {
      const href = page.location.pathname + queryOf(current.params, change);
      if (href !== page.location.pathname + page.location.search) router.navigate(href, options);
    },
  };
  return router;
}

function queryOf(before: URLSearchParams, change: Params): string {
  const params = new URLSearchParams(before);
  for (const [name, value] of Object.entries(change)) {
    if (value === null || value === undefined || value === "") params.delete(name);
    else params.set(name, String(value));
  }
  const text = params.toString();
  return text === "" ? "" : `?${text}`;
}

export function parseRoute(path: string): Route {
  const [first = "", second, ...rest] = path.replace(/\/+$/, "").split("/");
  if (first === "" || (first === "sessions" && second === undefined)) return { page: "sessions" };
  if (first === "overview" && second === undefined) return { page: "overview" };
  if (first === "sessions" && second !== undefined && rest.length === 0) {
    return { page: "session", sessionId: decoded(second) };
  }
  return { page: "unknown" };
}

function pathOf(route: Route): string {
  switch (route.page) {
    case "overview":
      return "overview";
    case "session":
      return `sessions/${encodeURIComponent(route.sessionId)}`;
    case "sessions":
    case "unknown":
      return "";
  }
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

export const RouterContext = createContext<Router | null>(null);

export function useRouter(): Router {
  const router = use(RouterContext);
  if (!router) throw new Error("There is no router above this component.");
  return router;
}

/** Where the page is; the component renders again when that changes. */
export function useLocation(): Location {
  const router = useRouter();
  return useSyncExternalStore(router.subscribe, router.getLocation);
}

/** A parameter of the address, and the way to change it (replacing the history's entry). */
export function useParam(name: string): [string | null, (value: string | null) => void] {
  const router = useRouter();
  const { params } = useLocation();
  return [params.get(name), (value) => router.setParams({ [name]: value }, { replace: true })];
}
