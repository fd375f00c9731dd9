// Draws the frames of docs/watch.md anew: the real dashboard in a real terminal (tmux), against a server of its own.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import { ensureBuilt } from "./build.mjs";
import { ensureInstalled, nodePath, root, runMain } from "./setup.mjs";

const page = join(root, "docs", "watch.md");
const launcher = join(root, "bin", "claude-sessions.js");
const socket = `claude-sessions-frames-${process.pid}`;
const patienceMs = 15_000;

/** Each frame of the page: what is typed from the list on, and what is then on screen. */
const frames = [
  { name: "list", columns: 110, rows: 16, keys: [], shows: "checkout" },
  { name: "session", columns: 132, rows: 30, keys: ["/checkout", "Enter", "Enter"], shows: "WebFetch" },
  { name: "time-travel", columns: 132, rows: 24, keys: ["[", "[", "[", "[", "[", "["], shows: "as it was after" },
  { name: "small", columns: 80, rows: 18, keys: ["L"], shows: "following" },
  { name: "answer", columns: 80, rows: 18, keys: ["q", "Escape", "Home", "a"], shows: "esc leave it" },
];

await runMain(async () => {
  await ensureInstalled();
  await ensureBuilt();
  const folder = mkdtempSync(join(tmpdir(), "claude-sessions-frames-"));
  const server = await startServer(folder);
  try {
    await tellStory(server.url);
    await drawPage(server.url, folder);
  } finally {
    await tmux("kill-server").catch(() => {});
    server.child.kill();
    await once(server.child, "close");
    rmSync(folder, { recursive: true, force: true });
  }
  return 0;
});

async function startServer(folder) {
  const child = spawn(nodePath(), [launcher, "serve", "--port", "0", "--storage", join(folder, "storage")], {
    stdio: ["ignore", "pipe", "ignore"],
    env: { ...process.env, CLAUDE_SESSIONS_DASHBOARD_PORT: "none" },
  });
  let printed = "";
  for await (const chunk of child.stdout) {
    printed += chunk;
    const url = /^listening (\S+)$/m.exec(printed)?.[1];
    if (url) {
      child.stdout.resume();
      return { child, url };
    }
  }
  throw new Error(`The server ended: ${printed}`);
}

async function drawPage(url, folder) {
  const env = ["COLORTERM=", "NO_COLOR=1", "NODE_EXTRA_CA_CERTS=", `HOME=${folder}`];
  const command = ["env", ...env, nodePath(), launcher, "watch", "--url", url];
  await tmux("-f", "/dev/null", "new-session", "-d", "-x", "110", "-y", "16", ...command);
  await tmux("set-option", "-g", "status", "off");
  let text = readFileSync(page, "utf8");
  for (const frame of frames) {
    const drawn = await draw(frame);
    text = replaceBlock(text, `frame ${frame.name}`, `\`\`\`text\n${withoutPort(drawn, url)}\n\`\`\``);
  }
  text = replaceBlock(text, "keys", await keyTable());
  writeFileSync(page, text);
}

async function draw({ columns, rows, keys, shows }) {
  await tmux("resize-window", "-x", String(columns), "-y", String(rows));
  for (const key of keys) {
    await tmux("send-keys", key);
    await sleep(400);
  }
  for (const deadline = Date.now() + patienceMs; Date.now() < deadline; await sleep(100)) {
    const screen = await tmux("capture-pane", "-p");
    if (screen.includes(shows) && screen.split("\n").length >= rows - 1) {
      await sleep(600);
      return (await tmux("capture-pane", "-p")).replaceAll(/ +$/gm, "").trimEnd();
    }
  }
  throw new Error(`The screen never showed '${shows}':\n${await tmux("capture-pane", "-p")}`);
}

/** The port differs from run to run, and everybody else's is another. */
function withoutPort(text, url) {
  const { host } = new URL(url);
  return text.replaceAll(host, "localhost:9000".padEnd(host.length));
}

function replaceBlock(text, name, block) {
  const [begin, end] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const from = text.indexOf(begin);
  const to = text.indexOf(end);
  if (from === -1 || to === -1) throw new Error(`docs/watch.md has no place for '${name}'.`);
  return `${text.slice(0, from + begin.length)}\n${block}\n${text.slice(to)}`;
}

/** The same table that the dispatcher, the footer and the help page read. */
async function keyTable() {
  const { bindings, shownKey } = await importSource("src/tui/keys/key-table.ts");
  const places = { list: "list", session: "session", both: "everywhere" };
  const rows = bindings.map(({ keys, does, screen }) => {
    const shown = keys.map((key) => `\`${shownKey(key)}\``).join(" ");
    return `| ${shown} | ${places[screen]} | ${does} |`;
  });
  return ["| key | where | what it does |", "|---|---|---|", ...rows].join("\n");
}

/** Whatever Node runs this may not read TypeScript. */
async function importSource(path) {
  const { build } = await import("esbuild");
  const { outputFiles } = await build({
    entryPoints: [join(root, path)],
    bundle: true,
    format: "esm",
    write: false,
  });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}

async function tmux(...args) {
  const { stdout } = await promisify(execFile)("tmux", ["-L", socket, ...args]);
  return stdout.trimEnd();
}

/** Sessions in the middle of their work, waiting for a person, done, and one whose id says nothing. */
async function tellStory(url) {
  const post = async (path, body, method = "POST") => {
    const response = await fetch(url + path, {
      method,
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    if (!response.ok) throw new Error(`${path}: ${await response.text()}`);
  };
  await tellDone(post);
  await tellMadeUp(post);
  await tellWork(post, "checkout-redesign");
  await tellWait(url);
}

async function tellDone(post) {
  await post("/api/sessions", { sessionId: "weekly-report", userId: "ben", tags: ["report"] });
  await post("/api/actions/weekly-report", { type: "user_prompt", text: "Write the weekly report" });
  await post("/api/sessions/weekly-report/finalize", { status: "completed" });
}

async function tellMadeUp(post) {
  const id = "3f2c1b9e-8d7a-4c55-9b1e-0a6f2d4c8e77";
  await post("/api/sessions", { sessionId: id, userId: "ana" });
  await post(`/api/actions/${id}`, { type: "user_prompt", text: "Find out why the nightly build is slow" });
  await post(`/api/sessions/${id}/finalize`, { status: "failed" });
}

async function tellWork(post, id) {
  const agents = `/api/state/${id}/agents`;
  await post("/api/sessions", {
    sessionId: id,
    userId: "ana",
    tags: ["web"],
    initial: { config: { model: "claude-sonnet-4-5" } },
  });
  const doing = { phase: "implementing", currentStep: "Write the tests", workspace: { cwd: "/home/ana/shop" } };
  await post(`/api/state/${id}`, doing, "PATCH");
  const goals = ["Read the ticket", "Move the price summary", "Cover discounts with tests"];
  for (const [index, description] of goals.entries()) {
    await post(`/api/state/${id}/goals`, { goalId: `g${index}`, description });
  }
  await post(`/api/state/${id}/goals/g0`, { status: "completed" }, "PATCH");
  await post(`/api/state/${id}/goals/g1`, { status: "in_progress" }, "PATCH");
  await post(agents, { agentId: "a1", type: "explorer", task: "Find every use of the old summary" });
  await post(agents, { agentId: "a2", type: "tester", task: "Write unit tests", parentAgentId: "a1" });
  await post(`${agents}/a1/complete`, {});
  await tellActions(post, id);
}

async function tellActions(post, id) {
  const act = (record) => post(`/api/actions/${id}`, record);
  const respond = (record) => post(`/api/actions/${id}/responses`, { type: "tool_result", status: "ok", ...record });
  await act({ type: "user_prompt", text: "Move the price summary into its own component", turn: "t" });
  await act({ type: "tool_call", tool: "Grep", toolCallId: "1", input: { pattern: "PriceSummary" }, turn: "t" });
  await respond({ tool: "Grep", toolCallId: "1", result: "src/cart.ts:14", durationMs: 132, turn: "t" });
  await act({ type: "file_edit", tool: "Edit", toolCallId: "2", input: { file_path: "src/price.ts" }, turn: "t" });
  await respond({ tool: "Edit", toolCallId: "2", durationMs: 21, turn: "t" });
  await respond({
    type: "model_call",
    callId: "m1",
    model: "claude-sonnet-4-5",
    tokens: { input: 12_034, output: 920, cacheRead: 40_200 },
    cost: { usd: 0.21, source: "agent" },
    turn: "t",
  });
  const bash = { tool: "Bash", toolCallId: "3", turn: "t", agentId: "a2" };
  await act({ type: "bash_exec", ...bash, input: { command: "npm test -- price" } });
  await respond({ ...bash, status: "error", error: { message: "rounds half cents up: got 10.12" }, durationMs: 4_210 });
  await respond({ type: "assistant_message", text: "The tests fail because of rounding: that first.", turn: "t" });
  await act({ type: "tool_call", tool: "WebFetch", toolCallId: "4", input: { url: "https://example.com" }, turn: "t" });
}

/** A permission request as Claude Code makes it; the server answers it when a person does. */
async function tellWait(url) {
  const body = {
    session_id: "deploy-docs",
    cwd: "/home/kenji/docs",
    hook_event_name: "PermissionRequest",
    tool_name: "Bash",
    tool_input: { command: "npm publish --access public" },
  };
  const headers = { "content-type": "application/json", "x-claude-sessions-user": "kenji" };
  const asked = fetch(`${url}/hooks/claude-code?approvals=300`, {
    method: "POST",
    headers,
    body: JSON.stringify(body),
  });
  asked.catch(() => {});
  await sleep(500);
}
