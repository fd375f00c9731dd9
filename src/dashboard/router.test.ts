import { expect, test } from "vitest";
import { createRouter, parseRoute } from "./router.js";

/** As much of a window as the router uses. */
function pageAt(base: string, path: string) {
  const location = new URL(base + path, "https://example.org");
  const entries = [location.href];
  const listeners: (() => void)[] = [];
  const show = (href: string) => Object.assign(location, { href: new URL(href, location).href });
  const history = {
    pushState: (_state: unknown, _title: string, href: string) => {
      show(href);
      entries.push(location.href);
    },
    replaceState: (_state: unknown, _title: string, href: string) => {
      show(href);
      entries[entries.length - 1] = location.href;
    },
  };
  const page = {
    location,
    history,
    document: { baseURI: `https://example.org${base}` },
    addEventListener: (_type: string, listener: () => void) => listeners.push(listener),
  };
  const back = () => {
    entries.pop();
    show(entries.at(-1)!);
    for (const listener of listeners) listener();
  };
  return { router: createRouter(page as unknown as Window), entries, back };
}

test.for([
  ["", { page: "sessions" }],
  ["sessions", { page: "sessions" }],
  ["sessions/", { page: "sessions" }],
  ["overview", { page: "overview" }],
  ["sessions/a.b-c", { page: "session", sessionId: "a.b-c" }],
  ["sessions/a%20b", { page: "session", sessionId: "a b" }],
  ["sessions/%", { page: "session", sessionId: "%" }],
  ["sessions/a/b", { page: "unknown" }],
  ["elsewhere", { page: "unknown" }],
] as const)("%s is %j", ([path, route]) => {
  expect(parseRoute(path)).toEqual(route);
});

test("finds its pages below any path", () => {
  const { router } = pageAt("/tools/dashboard/", "sessions/s1?event=4");
  expect(router.getLocation().route).toEqual({ page: "session", sessionId: "s1" });
  expect(router.getLocation().params.get("event")).toBe("4");
  expect(router.href({ page: "session", sessionId: "a/b" }, { tab: "state", at: null })).toBe(
    "/tools/dashboard/sessions/a%2Fb?tab=state",
  );
  expect(router.href({ page: "sessions" })).toBe("/tools/dashboard/");
});

test("tells who listens of each change, back and forth", () => {
  const { router, back } = pageAt("/dashboard/", "");
  const seen: string[] = [];
  const stop = router.subscribe(() => seen.push(router.getLocation().route.page));
  router.navigate(router.href({ page: "overview" }));
  back();
  stop();
  router.navigate(router.href({ page: "overview" }));
  expect(seen).toEqual(["overview", "sessions"]);
});

test("changes single parameters, and leaves the others and the page alone", () => {
  const { router, entries } = pageAt("/dashboard/", "?q=x&user=ada");
  router.setParams({ user: null, tag: "blue", waiting: 1 });
  expect(entries.at(-1)).toBe("https://example.org/dashboard/?q=x&tag=blue&waiting=1");
  router.setParams({ q: "xy" }, { replace: true });
  expect(entries.map((href) => new URL(href).searchParams.get("q"))).toEqual(["x", "xy"]);
  router.setParams({ q: "xy" });
  expect(entries).toHaveLength(2);
});
