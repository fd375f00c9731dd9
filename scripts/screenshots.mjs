// `npm run screenshots`: the dashboard's pictures for the docs, of a real server with sessions that play.
// With `--all <folder>` every view, dark and light, wide and on a phone, to look at.
import { spawn } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { chromium } from "playwright-core";
import { ensureBuilt } from "./build.mjs";
import { ensureInstalled, nodePath, root, runMain, SetupError, step } from "./setup.mjs";

const sizes = { wide: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };

const views = [
  { name: "sessions", path: "", ready: ".session-row[data-session]" },
  { name: "search", path: "?q=voucher", ready: ".search-hit" },
  { name: "overview", path: "overview", ready: ".overview-failures li" },
  { name: "session", path: ({ played }) => `sessions/${played}`, ready: ".feed-row" },
  { name: "state", path: ({ played }) => `sessions/${played}?tab=state`, ready: ".json-row" },
];

/** What the docs show. */
const shown = [
  ["sessions", "dark", "wide"],
  ["session", "dark", "wide"],
  ["overview", "light", "wide"],
  ["sessions", "dark", "phone"],
  ["session", "light", "phone"],
];

const users = ["ada", "grace", "linus", "barbara", "ci"];
const tasks = ["refactor-auth", "nightly-report", "flaky-tests", "translate-docs", "triage-inbox", "bump-deps"];
const prompts = [
  "Move the session check out of the routes into one guard",
  "Write the report of last night's runs, with the two that were slow",
  "checkout.test.ts fails one time in ten: find out why",
  "Translate the guides into German; keep the code as it is",
  "Sort what came in over the weekend, and answer what needs no person",
  "Bring the dependencies up to date and run everything",
];
const models = ["claude-opus-4-5", "claude-sonnet-4-5", "gpt-5-mini", "gemini-3-pro"];

await runMain(async (args) => {
  await ensureInstalled();
  await ensureBuilt();
  const all = args[0] === "--all";
  const folder = all ? resolve(args[1] ?? "screenshots") : join(root, "docs", "images");
  const wanted = all ? everything() : shown;
  await step(`Taking ${wanted.length} pictures`, () => take(wanted, folder));
  console.log(folder);
  return 0;
});

function everything() {
  return views.flatMap(({ name }) =>
    ["dark", "light"].flatMap((theme) => Object.keys(sizes).map((size) => [name, theme, size])),
  );
}

async function take(wanted, folder) {
  mkdirSync(folder, { recursive: true });
  const storage = mkdtempSync(join(tmpdir(), "claude-sessions-screenshots-"));
  const server = await startServer(storage);
  const browser = await launch();
  try {
    const place = await fill(server.url, browser);
    for (const [view, theme, size] of wanted) {
      const file = join(folder, `${view}-${theme}-${size}.png`);
      await picture(browser, server.url, { view: views.find(({ name }) => name === view), theme, size, place, file });
    }
  } finally {
    await browser.close();
    await server.stop();
    rmSync(storage, { recursive: true, force: true });
  }
}

async function picture(browser, url, { view, theme, size, place, file }) {
  const context = await browser.newContext({ viewport: sizes[size], reducedMotion: "reduce" });
  try {
    await context.addInitScript(`localStorage.setItem("claude-sessions-theme", "${theme}")`);
    const page = await context.newPage();
    const path = typeof view.path === "function" ? view.path(place) : view.path;
    await page.goto(`${url}/dashboard/${path}`);
    await page.locator(view.ready).first().waitFor();
    await page.locator('.connection[data-state="live"]').waitFor();
    await page.waitForLoadState("networkidle").catch(() => {}); // A live page may never be.
    await page.screenshot({ path: file });
  } finally {
    await context.close();
  }
}

/** Sessions of the last days, some that wait, and test sessions of each kind, played to their end. */
async function fill(url, browser) {
  for (let index = 0; index < 24; index++) await post(url, `/api/sessions/${nameOf(index)}/events`, pastEvents(index));
  await waitFor(url, "deploy-production", "ada", {
    kind: "permission",
    tool: "Bash",
    input: { command: "kubectl rollout restart deployment/shop -n production" },
    message: "kubectl rollout restart deployment/shop -n production",
  });
  await waitFor(url, "invoices", "grace", {
    kind: "answer",
    message: "Which of the two customers named Weber is meant?",
  });
  const page = await browser.newPage();
  await page.goto(`${url}/dashboard/`);
  const played = await playAll(url, page);
  void askForPermission(url);
  await page.locator(".approval-card").waitFor();
  await page.close();
  return { played };
}

/** Creates one test session of each kind, and gives the id of the one that has most to show. */
async function playAll(url, page) {
  for (let count = 1; count <= 3; count++) {
    await page.getByRole("button", { name: "Create test session" }).click();
    await until(async () => (await testSessions(url)).length === count);
  }
  await until(async () => (await testSessions(url)).every(({ status }) => status !== "active"));
  const sessions = await testSessions(url);
  return sessions.find(({ sessionId }) => sessionId.includes("checkout")).sessionId;
}

async function testSessions(url) {
  return (await (await fetch(`${url}/api/sessions?tag=test`)).json()).sessions;
}

async function until(find) {
  for (const deadline = Date.now() + 60_000; Date.now() < deadline;) {
    const found = await find();
    if (found) return found;
    await new Promise((wake) => setTimeout(wake, 200));
  }
  throw new SetupError("The test sessions did not come to their end.");
}

/** Some ids are a program's: such a session is called by what was asked of it. */
function nameOf(index) {
  const hex = (index * 7919 + 4096).toString(16).padStart(12, "0");
  if ((index * 7) % 5 < 2) return `${hex.slice(-8)}-4c1e-4f0a-9d37-${hex}`;
  return `${tasks[index % tasks.length]}-${(index * 7919 + 4096).toString(16)}`;
}

function pastEvents(index) {
  const begin = Date.now() - ((index * 37) % 13) * 86_400_000 - index * 3_000_000;
  const at = (seconds) => new Date(begin + seconds * 1000).toISOString();
  const model = models[index % models.length];
  const usd = 0.4 + ((index * 31) % 17) / 8;
  const tokens = { input: 4_000 + index * 911, output: 900 + index * 57, cacheRead: 30_000 };
  const call = { type: "model_call", callId: `c${index}`, model, tokens, cost: { usd, source: "estimate" } };
  const status = index % 6 === 5 ? "failed" : "success";
  const task = tasks[index % tasks.length];
  return [
    {
      type: "session_created",
      data: { userId: users[index % 5], tags: [task.split("-")[0]], model },
      timestamp: at(0),
    },
    {
      type: "action",
      data: { type: "user_prompt", turn: "t1", text: prompts[index % prompts.length], from: "person" },
      timestamp: at(0.5),
    },
    {
      type: "goal_added",
      data: { goalId: "g1", description: "Understand the task", status: "completed" },
      timestamp: at(1),
    },
    {
      type: "goal_added",
      data: { goalId: "g2", description: "Do it", status: status === "failed" ? "failed" : "completed" },
      timestamp: at(2),
    },
    { type: "response", data: call, timestamp: at(20) },
    { type: "state_updated", data: { phase: "finished", currentStep: `Worked on ${task}` }, timestamp: at(60) },
    { type: "session_finalized", data: { status }, timestamp: at(90) },
  ];
}

async function waitFor(url, sessionId, userId, waitingFor) {
  await post(url, "/api/sessions", { sessionId, userId });
  const data = { liveness: { status: "waiting", waitingFor } };
  await post(url, `/api/sessions/${sessionId}/events`, [{ type: "metadata_updated", data }]);
}

/** Waits as an agent does; given up when the server ends. */
async function askForPermission(url) {
  const input = { command: "terraform apply -auto-approve", description: "Apply the reviewed plan" };
  const asked = { session_id: "infra-update", hook_event_name: "PermissionRequest", cwd: "/srv/infra" };
  await post(url, "/hooks/claude-code?approvals=120", { ...asked, tool_name: "Bash", tool_input: input }).catch(
    () => {},
  );
}

async function post(url, path, body) {
  const response = await fetch(url + path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
  if (!response.ok) throw new SetupError(`${path}: ${await response.text()}`);
}

function launch() {
  const candidates = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];
  const executablePath = candidates.find((path) => existsSync(path));
  if (!executablePath)
    throw new SetupError("The pictures need Chromium. Install it, such as with apt install chromium.");
  return chromium.launch({ executablePath, args: ["--no-sandbox", "--disable-gpu", "--hide-scrollbars"] });
}

function startServer(storage) {
  const launcher = join(root, "bin", "claude-sessions.js");
  const child = spawn(nodePath(), [launcher, "serve", "--port", "0", "--storage", storage, "--log-level", "error"]);
  child.stderr.pipe(process.stderr);
  const stop = () =>
    new Promise((ended) => {
      child.once("close", ended);
      child.kill("SIGTERM");
    });
  return new Promise((up, failed) => {
    child.once("close", () => failed(new SetupError("The server did not start; see above.")));
    let said = "";
    child.stdout.on("data", (chunk) => {
      said += chunk;
      const url = /listening (http:\S+)/.exec(said)?.[1];
      if (url) up({ url, stop });
    });
  });
}
