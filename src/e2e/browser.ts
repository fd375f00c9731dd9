import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { inTime, until } from "./until.js";

const candidates = [
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
  "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
];

/** A browser of this machine that can be driven; undefined where there is none. */
export function browserPath(): string | undefined {
  return candidates.find((path) => existsSync(path));
}

/**
 * The HTML of a page as a browser made it, once `isReady`, or as it is when `signal` aborts.
 * Speaks the Chrome DevTools protocol, so that nothing has to be installed besides the browser.
 */
export async function textOfPage(
  browser: string,
  url: string,
  isReady: (html: string) => boolean,
  signal: AbortSignal,
): Promise<string> {
  const profile = mkdtempSync(join(tmpdir(), "claude-sessions-e2e-browser-"));
  const flags = ["--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run", "--remote-debugging-port=0"];
  const program = spawn(browser, [...flags, `--user-data-dir=${profile}`, "about:blank"], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  const gone = new Promise((resolve) => program.once("close", resolve));
  try {
    const origin = await inTime("the browser to start", debuggingOrigin(program), signal);
    const page = await openPage(origin, url, signal);
    let html = "";
    await until(`${url} to show what it has to`, async () => isReady((html = await page.html())), signal).catch(
      () => {},
    );
    page.close();
    return html;
  } finally {
    program.kill("SIGKILL");
    await gone;
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Where the browser says that it listens. */
async function debuggingOrigin(program: ChildProcess): Promise<string> {
  for await (const line of createInterface({ input: program.stderr! })) {
    const match = /^DevTools listening on ws:\/\/([^/]+)\//.exec(line);
    if (match) return `http://${match[1]}`;
  }
  throw new Error("The browser ended before it could be driven.");
}

async function openPage(origin: string, url: string, signal: AbortSignal) {
  const opened = await fetch(`${origin}/json/new?${encodeURIComponent(url)}`, { method: "PUT", signal });
  const { webSocketDebuggerUrl } = (await opened.json()) as { webSocketDebuggerUrl: string };
  const socket = new WebSocket(webSocketDebuggerUrl);
  await inTime(
    "the browser's page",
    new Promise((resolve) => socket.addEventListener("open", resolve, { once: true })),
    signal,
  );
  let id = 0;
  const html = async () => {
    id += 1;
    const answer = answerTo(socket, id);
    const params = { expression: "document.documentElement.outerHTML", returnByValue: true };
    socket.send(JSON.stringify({ id, method: "Runtime.evaluate", params }));
    return inTime("the browser's answer", answer, signal);
  };
  return { html, close: () => socket.close() };
}

function answerTo(socket: WebSocket, id: number): Promise<string> {
  return new Promise((resolve) => {
    const onMessage = ({ data }: MessageEvent) => {
      const message = JSON.parse(String(data)) as { id?: number; result?: { result?: { value?: unknown } } };
      if (message.id !== id) return;
      socket.removeEventListener("message", onMessage);
      resolve(String(message.result?.result?.value ?? ""));
    };
    socket.addEventListener("message", onMessage);
  });
}
