import { createServer, request, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished } from "vitest";
import { axeFindings, phone, test } from "./browser.js";

test("says when the server is gone, and shows what it missed once it is back", async ({ dashboard }) => {
  const { client, open, restart, complaints } = dashboard;
  await client.createSession({ sessionId: "before" });
  const page = await open();
  await page.locator('.connection[data-state="live"]').waitFor();
  await restart(async () => {
    await page.getByRole("alert").getByText("The server does not answer").waitFor();
    await page.getByText("Offline").waitFor();
    await page.getByText("before").waitFor();
  });
  await client.createSession({ sessionId: "after" });
  await page.locator('[data-session="after"]').waitFor();
  await page.locator('.connection[data-state="live"]').waitFor();
  expect(await page.getByRole("alert").count()).toBe(0);
  // The browser itself reports each try.
  expect(complaints.filter((text) => !/ERR_CONNECTION_REFUSED|WebSocket connection|ERR_/.test(text))).toEqual([]);
  complaints.length = 0;
});

test("opens no connection but to its own origin", async ({ dashboard: { client, open, server } }) => {
  await client.createSession({ sessionId: "a" });
  const page = await open({ path: "overview" });
  const foreign: string[] = [];
  page.on("request", (sent) => {
    if (new URL(sent.url()).host !== new URL(server.url).host && !sent.url().startsWith("data:"))
      foreign.push(sent.url());
  });
  await page.reload();
  await page.getByRole("heading", { name: "Newest failures" }).waitFor();
  await page.getByRole("navigation").getByRole("link", { name: "Sessions" }).click();
  await page.locator('[data-session="a"]').waitFor();
  expect(foreign).toEqual([]);
});

test("its policy lets no inline script and no unsanitised HTML in", async ({ dashboard: { open, complaints } }) => {
  const page = await open();
  await page.getByText("No sessions yet").waitFor();
  const refused = await page.evaluate<string>(`(() => {
    const script = document.createElement("script");
    try { script.text = "window.hurt = 1"; document.body.append(script); } catch {}
    try { document.body.innerHTML = "<b>x</b>"; return "taken"; } catch (error) { return error.name; }
  })()`);
  expect(refused).toBe("TypeError");
  expect(await page.evaluate("window.hurt")).toBeUndefined();
  complaints.length = 0;
});

test("weighs at most 200 kB at the first load", async ({ dashboard: { open } }) => {
  const page = await open();
  await page.getByText("No sessions yet").waitFor();
  const sizes = await page.evaluate<[string, number][]>(
    `performance.getEntriesByType("resource").filter(({ name }) => name.includes("/dashboard/"))
      .map(({ name, encodedBodySize }) => [name, encodedBodySize])`,
  );
  expect(sizes.length).toBeGreaterThan(1);
  expect(sizes.reduce((sum, [, size]) => sum + size, 0)).toBeLessThan(200_000);
});

test("works behind a proxy that puts it under a path of its own", async ({ dashboard: { client, open, server } }) => {
  const proxy = await startProxy("/tools/sessions", server.port);
  onTestFinished(() => void proxy.close());
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}/tools/sessions/dashboard`;
  const page = await open({ url });
  await page.getByText("No sessions yet").waitFor();
  await client.createSession({ sessionId: "a" });
  await page.locator('[data-session="a"]').waitFor();
  await page.getByRole("link", { name: "Overview" }).click();
  await page.getByRole("heading", { name: "Users" }).waitFor();
  expect(new URL(page.url()).pathname).toBe("/tools/sessions/dashboard/overview");
  await page.reload();
  await page.getByRole("heading", { name: "Users" }).waitFor();
});

test("goes everywhere from the palette", async ({ dashboard: { client, open } }) => {
  await client.createSession({ sessionId: "a-certain-session", userId: "ada" });
  const page = await open();
  await page.locator("[data-session]").waitFor();
  await page.keyboard.press("Control+k");
  await page.keyboard.type("certain");
  await page.getByRole("option", { name: "a-certain-session" }).waitFor();
  await page.keyboard.press("Enter");
  await page.waitForURL("**/sessions/a-certain-session");
  await page.keyboard.press("Control+k");
  await page.keyboard.type("overview");
  await page.keyboard.press("Enter");
  await page.waitForURL("**/overview");
  await page.getByRole("button", { name: "Find" }).click();
  await page.keyboard.type("some words");
  await page.getByRole("option", { name: "Search everything for" }).click();
  await page.waitForURL("**/?q=some+words");
  expect(await page.getByRole("dialog").count()).toBe(0);
});

test("shows the keys, and gives the focus back", async ({ dashboard: { open } }) => {
  const page = await open();
  const create = page.getByRole("button", { name: "Create test session" }).first();
  await create.focus();
  await page.keyboard.press("?");
  await page.getByRole("dialog", { name: "Keyboard" }).getByText("Go to the overview").waitFor();
  expect(await axeFindings(page)).toEqual([]);
  await page.keyboard.press("Escape");
  await page.getByRole("dialog").waitFor({ state: "detached" });
  expect(await page.evaluate("document.activeElement.innerText")).toBe("Create test session");
});

test("is dark, light, or as the system, and remembers which", async ({ dashboard: { open } }) => {
  const page = await open({ colorScheme: "light" });
  const shown = () => page.evaluate("document.documentElement.dataset.theme");
  await page.getByRole("button", { name: "Dark" }).click();
  await page.getByRole("button", { name: "Light" }).click();
  await page.getByRole("button", { name: "System" }).waitFor();
  expect(await shown()).toBe("light");
  await page.emulateMedia({ colorScheme: "dark" });
  await expect.poll(shown).toBe("dark");
  await page.reload();
  await page.getByRole("button", { name: "System" }).waitFor();
});

test("moves nothing for whoever asked for less motion", async ({ dashboard: { open } }) => {
  const duration = "getComputedStyle(document.querySelector('.toast')).animationDuration";
  for (const [reducedMotion, moves] of [
    ["no-preference", true],
    ["reduce", false],
  ] as const) {
    const page = await open({ reducedMotion });
    await page.getByText("No sessions yet").waitFor();
    await page.keyboard.press("N");
    await page.locator(".toast").waitFor();
    expect(Number.parseFloat(await page.evaluate<string>(duration)) > 0.001).toBe(moves);
  }
});

const fakeNotification = `{
  window.shown = [];
  window.Notification = class extends EventTarget {
    static permission = "granted";
    constructor(title, options) { super(); shown.push([title, options.body]); window.last = this; }
    close() {}
  };
}`;

test("notifies of what starts to wait, once somebody turned that on", async ({ dashboard: { client, open } }) => {
  const page = await open({ init: fakeNotification });
  await page.locator('.connection[data-state="live"]').waitFor();
  await client.createSession({ sessionId: "quiet" });
  await client.finalize("quiet");
  await page.locator('[data-session="quiet"]').waitFor();
  await page.keyboard.press("N");
  await page.getByText("You are notified when").waitFor();
  await client.createSession({ sessionId: "a" });
  await client.patchMetadata("a", {
    liveness: { status: "waiting", waitingFor: { kind: "answer", message: "Which?" } },
  });
  await expect.poll(() => page.evaluate("shown")).toEqual([["a waits for you", "Which?"]]);
  await page.evaluate("last.dispatchEvent(new Event('click'))");
  await page.waitForURL("**/sessions/a?event=2");
});

test("says so where there is nothing at an address", async ({ dashboard: { open } }) => {
  const page = await open({ path: "nowhere/at/all", viewport: phone });
  await page.getByText("There is nothing at this address.").waitFor();
  await page.getByRole("link", { name: "Show all sessions" }).click();
  await page.getByText("No sessions yet").waitFor();
});

test("keeps the frame where a page can no longer be loaded", async ({ dashboard: { open, complaints } }) => {
  const page = await open();
  await page.getByText("No sessions yet").waitFor();
  await page.route("**/assets/overview-page*", (route) => route.abort());
  await page.getByRole("link", { name: "Overview" }).click();
  await page.getByRole("button", { name: "Try again" }).waitFor();
  await page.unroute("**/assets/overview-page*");
  await page.getByRole("navigation").getByRole("link", { name: "Sessions" }).click();
  await page.getByText("No sessions yet").waitFor();
  complaints.length = 0;
});

/** A reverse proxy that hands on what lies under `prefix`, and the Host as it came. */
function startProxy(prefix: string, port: number): Promise<Server> {
  const strip = (url = "/") => (url.startsWith(prefix) ? url.slice(prefix.length) || "/" : "/nothing");
  const proxy = createServer((incoming, outgoing) => {
    const options = { port, method: incoming.method, path: strip(incoming.url), headers: incoming.headers };
    const sent = request(options, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    });
    incoming.pipe(sent);
  });
  proxy.on("upgrade", (incoming, socket) => {
    const sent = request({ port, path: strip(incoming.url), headers: incoming.headers });
    sent.on("upgrade", (answer, upstream) => {
      const lines = Object.entries(answer.headers).map(([name, value]) => `${name}: ${String(value)}`);
      socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join("\r\n")}\r\n\r\n`);
      upstream.pipe(socket).pipe(upstream);
      for (const end of [socket, upstream]) end.on("error", () => end.destroy());
    });
    sent.end();
  });
  return new Promise((resolve) => proxy.listen(0, "127.0.0.1", () => resolve(proxy)));
}
