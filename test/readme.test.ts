import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { afterAll, beforeAll, expect, test } from "vitest";
import { WebSocket } from "ws";
import { temporaryFolder } from "../src/testing/temporary-folder.js";
import { startServerProcess, type ServerProcess } from "./support/server-process.js";

const root = fileURLToPath(new URL("..", import.meta.url));
const launcher = fileURLToPath(new URL("../bin/claude-sessions.js", import.meta.url));
const readme = readFileSync(new URL("../README.md", import.meta.url), "utf8");

/** The lines of the fenced `sh` blocks, in order, without comments. */
const shellLines = [...readme.matchAll(/^```sh\n(.*?)^```$/gms)]
  .flatMap(([, block]) => block!.split("\n"))
  .map((line) => line.replace(/\s+#.*$/, ""));
const typed = shellLines.filter((line) => /^(curl|npx claude-sessions) /.test(line));
const npmLines = shellLines
  .flatMap((line) => line.split("&&"))
  .map((line) => line.trim())
  .filter((line) => line.startsWith("npm "));

interface Call {
  method: string;
  path: string;
  body: string | undefined;
}

/** The cells of a section's table, without its head. */
function tableOf(heading: string): string[][] {
  const section = readme.split(/^## /m).find((text) => text.startsWith(`${heading}\n`)) ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("| "));
  return rows.slice(2).map((row) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** Each `METHOD /path` of a cell, with the JSON that stands right behind it. */
function callsOf(cell: string): Call[] {
  return [...cell.matchAll(/`([A-Z]+) (\/[^`]*)`(?: `([[{][^`]*)`)?/g)].map(([, method, path, body]) => ({
    method: method!,
    path: path!,
    body,
  }));
}

const writes = tableOf("Write").flatMap(([, cell]) => callsOf(cell!));
const reads = tableOf("Read and follow").flatMap(([, cell]) => callsOf(cell!));

let storage: ReturnType<typeof temporaryFolder>;
let server: ServerProcess;

beforeAll(async () => {
  storage = temporaryFolder();
  server = await startServerProcess(storage.path);
});

afterAll(async () => {
  await server.stop();
  storage[Symbol.dispose]();
});

/** A line as it is typed, with this server in place of the one at the standard port. */
function here(line: string): string {
  const local = line
    .replaceAll("localhost:9000", new URL(server.url).host)
    .replace(/^curl /, "curl -sS --fail-with-body ");
  return local.replace(/^npx claude-sessions /, `'${process.execPath}' '${launcher}' `);
}

async function shell(line: string): Promise<string> {
  const { stdout } = await execa("bash", ["-c", here(line)], { cwd: storage.path, env: environment() });
  return stdout;
}

/** A home of its own: some lines change a person's settings. */
function environment(): Record<string, string> {
  const home = storage.path;
  const spool = `${home}/spool`;
  return {
    SESSION_SERVICE_URL: server.url,
    HOME: home,
    CLAUDE_CONFIG_DIR: `${home}/.claude`,
    CLAUDE_SESSIONS_SPOOL: spool,
  };
}

/** `--follow` has no end of its own: it is ended once it has shown what there is. */
async function followed(line: string, until: string): Promise<string> {
  const reader = execa("bash", ["-c", `exec ${here(line)}`], {
    cwd: storage.path,
    env: environment(),
    reject: false,
  });
  let seen = "";
  for await (const chunk of reader.iterable({ from: "stdout" })) {
    seen += `${chunk}\n`;
    if (seen.includes(until)) reader.kill("SIGINT");
  }
  return seen;
}

function request({ method, path, body }: Call, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(server.url + path, { method, headers, ...(body !== undefined && { body }) });
}

let writing: Promise<void> | undefined;

/** Sends the rows on writing, once for all tests that read what they wrote. */
function written(): Promise<void> {
  return (writing ??= writeRows());
}

async function writeRows(): Promise<void> {
  for (const call of writes) {
    const answer = await request(call);
    const body: unknown = await answer.json();
    expect(answer.status, `${JSON.stringify(call)} ${JSON.stringify(body)}`).toBeOneOf([200, 201]);
    expect(body).toMatchObject({ success: true });
  }
}

const answers: [line: RegExp, output: RegExp][] = [
  [/^curl -X POST \S+\/api\/actions\/my-session /, /"success":true,"seq":2/],
  [/^curl \S+\/api\/sessions\/my-session$/, /"toolCalls":1.*Achensee/],
  [/query events my-session$/, /session_created[^]*Achensee/],
  [/query recent$/, /^my-session\tactive/m],
  [/query search weather$/, /^my-session\t2\ttool_call\t.*«weather»/],
  [/^npx claude-sessions export /, /^$/],
  [/^npx claude-sessions delete my-session --yes$/, /^Deleted my-session with 2 events\.$/],
  [/connect claude-code$/, /^Claude Code is now connected to [^]*Tried out: a hook input reached the server/],
  [/doctor$/, /^ok +version [^]*^ok +server [^]*^ok +claude-code .* speaks to http/m],
];

test("every line that is typed in a shell works as it stands, in the order of the page", async () => {
  expect(typed.length).toBeGreaterThanOrEqual(answers.length);
  const untold: string[] = [];
  for (const line of typed) {
    if (line.includes(" --follow")) expect(await followed(line, "Achensee"), line).toContain("session_created");
    else if (line.includes("--print-config")) expect(await shell(line), line).toMatch(/^port\t/m);
    else {
      const output = await shell(line);
      const [, expected] = answers.find(([pattern]) => pattern.test(line)) ?? [];
      if (expected === undefined) untold.push(line);
      else expect(output, line).toMatch(expected);
    }
  }
  expect(untold, "lines whose output is not checked").toEqual([]);
  expect(await shell("wc -l < my-session.ndjson")).toBe("2");
});

test.each([
  ["python", "clients/python/README.md"],
  ["js", "clients/node/README.md"],
])("the code in %s is in %s as well, where it is run", (language, file) => {
  const code = new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, "gms");
  const blocks = [...readme.matchAll(code)].map(([block]) => block);
  expect(blocks.length).toBeGreaterThan(0);
  for (const block of blocks) expect(readFileSync(`${root}/${file}`, "utf8")).toContain(block);
});

test("the Node hook agent, installed from its folder, stores what the page's program tells", async () => {
  const code = /^```js\n(.*?)^```$/ms.exec(readme)![1]!;
  const project = `${storage.path}/project`;
  mkdirSync(project);
  writeFileSync(`${project}/package.json`, "{}");
  writeFileSync(`${project}/agent.mjs`, code);
  const options = { cwd: project, env: { ...environment(), SESSION_ID: "my-agent" } };
  await execa("npm", ["install", "--no-audit", "--no-fund", `${root}clients/node`], options);
  const { stdout, stderr } = await execa(process.execPath, ["agent.mjs"], options);
  expect([stdout, stderr]).toEqual(["", ""]);
  const session = await request({ method: "GET", path: "/api/sessions/my-agent", body: undefined });
  expect(await session.json()).toMatchObject({ metadata: { userId: "ann", status: "completed" } });
});

test("every page that is linked to is there", () => {
  const links = [...readme.matchAll(/\]\(((?!http)[^)#]+)\)/g)].map(([, path]) => path!);
  expect(links.length).toBeGreaterThan(5);
  expect(links.filter((path) => !existsSync(`${root}/${path}`))).toEqual([]);
});

test("every npm command is one that the package has", () => {
  const { scripts } = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8")) as {
    scripts: Record<string, string>;
  };
  expect(npmLines.length).toBeGreaterThan(3);
  const names = npmLines.map((line) => line.replace(/^npm (run )?/, "").split(" ")[0]!);
  expect(names.filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
});

test("every row of the tables on writing and reading is a call that succeeds", async () => {
  expect(tableOf("Write").filter(([, cell]) => callsOf(cell!).length === 0)).toEqual([]);
  expect(writes.length).toBeGreaterThan(8);
  await written();
  await request({ method: "POST", path: "/api/actions/another", body: '{"type":"note"}' });
  expect(reads.length).toBeGreaterThan(6);
  for (const call of reads) {
    const answer = await request(call);
    const text = await answer.text();
    expect(answer.status, `${JSON.stringify(call)} ${text}`).toBe(200);
    // An empty page would teach a reader nothing.
    expect(text, call.path).toMatch(
      call.path === "/api/query/stats" ? /"total":[1-9]/ : /"sessionId":"(demo|another)"/,
    );
  }
});

test("the rows that change only the Accept header stream the log", async () => {
  await written();
  const page = reads.find(({ path }) => path.includes("/events?"))!;
  const accepts = tableOf("Read and follow").flatMap(([, cell]) =>
    [...cell!.matchAll(/`Accept: ([^`]+)`/g)].map(([, type]) => type!),
  );
  expect(accepts.toSorted()).toEqual(["application/x-ndjson", "text/event-stream"]);
  for (const accept of accepts) {
    const answer = await request(page, { accept });
    expect([answer.status, answer.headers.get("content-type")]).toEqual([200, expect.stringContaining(accept)]);
    let seen = "";
    for await (const chunk of answer.body!.pipeThrough(new TextDecoderStream())) {
      seen += chunk;
      if (seen.includes("session_finalized")) break;
    }
    expect(seen).toContain('"seq":3');
  }
});

test("the WebSocket address sends what is past the seq", async () => {
  await written();
  const address = /`(ws:\/\/localhost:9000\/[^`]+)`/.exec(readme)![1]!;
  const socket = new WebSocket(here(address));
  const received = await new Promise<string[]>((resolve, reject) => {
    const messages: string[] = [];
    socket.on("error", reject);
    socket.on("message", (data) => {
      messages.push(String(data));
      if (messages.length === 2) resolve(messages);
    });
  });
  socket.terminate();
  const first = received.slice(0, 2).map((text) => JSON.parse(text) as { type: string; seq?: number });
  expect(first).toMatchObject([{ type: "connected" }, { seq: 3 }]);
});

test("the addresses that stand alone answer", async () => {
  const alone = [...readme.matchAll(/`(\/(?:health|ready|metrics|openapi\.json))`/g)].map(([, path]) => path!);
  expect(alone.length).toBeGreaterThan(3);
  for (const path of [...alone, "/docs"])
    expect([path, (await request({ method: "GET", path, body: undefined })).status]).toEqual([path, 200]);
});

const settingKeys: Record<string, [key: string, value: string]> = {
  "--host": ["host", "::1"],
  "--port": ["port", "1"],
  "--dashboard-port": ["dashboardPort", "3001"],
  "--storage": ["storage", "/s"],
  "--durability": ["durability", "relaxed"],
  "--no-implicit-sessions": ["implicitSessions", "false"],
  "--allow-origin": ["allowOrigins", "https://a.example"],
  "--max-body": ["maxBody", "1mb"],
};

test("every variable of the table of settings sets what its row says", async () => {
  const { runCli } = await import("../src/cli/cli-fixture.js");
  const rows = tableOf("Settings");
  expect(rows.length).toBeGreaterThan(5);
  for (const [flag, variables] of rows) {
    const [key, value] = settingKeys[flag!.replaceAll("`", "")] ?? [];
    expect(key, `${flag} is not known to this test`).toBeDefined();
    for (const [, variable] of variables!.matchAll(/`(\w+)`/g)) {
      const { stdout } = await runCli(["serve", "--print-config", "--json"], { env: { [variable!]: value! } });
      const printed = JSON.parse(stdout) as Record<string, { source: string }>;
      expect(printed[key!]!.source, variable).toBe(variable);
    }
  }
});
