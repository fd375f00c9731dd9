import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test as base } from "vitest";
import { logsOf, send } from "../../server/ingest/otlp/testing.js";
import { startTestServer } from "../../server/testing/test-server.js";
import { deliveryName, keep, spoolFor } from "../../hook/spool.js";
import { startRecordingServer } from "../../hook/testing/recording-server.js";
import { freshFolder, runCli, type Folder } from "../cli-fixture.js";
import { version } from "../version.js";
import type { Finding } from "./findings.js";

const test = base.extend<Folder>(freshFolder);

function env(home: string, url: string, path = process.env["PATH"]) {
  return { home, cwd: home, env: { PATH: path, SESSION_SERVICE_URL: url, CLAUDE_SESSIONS_SPOOL: join(home, "spool") } };
}

async function doctor(home: string, url: string, { flags = [] as string[], path = "", now = Date.now } = {}) {
  const { code, stdout } = await runCli(["doctor", "--json", ...flags], { ...env(home, url, path), now });
  const { findings } = JSON.parse(stdout) as { findings: Finding[] };
  const about = (subject: string) => findings.filter((finding) => finding.subject === subject);
  return { code, findings, about, problems: findings.filter(({ status }) => status === "problem") };
}

function wait(home: string, url: string, body: string): void {
  const now = Date.now();
  const target = `${url}/hooks/claude-code`;
  keep(spoolFor(join(home, "spool"), url), {
    name: deliveryName(now),
    target,
    time: new Date(now).toISOString(),
    body: Buffer.from(body),
  });
}

describe("doctor", () => {
  test("finds nothing wrong where nothing is", async ({ folder }) => {
    await using server = await startTestServer({ version });
    const { code, problems, about } = await doctor(folder, server.url);
    expect({ code, problems }).toEqual({ code: 0, problems: [] });
    expect(about("server")).toEqual([
      { subject: "server", status: "ok", message: `claude-sessions ${version} answers at ${server.url}.` },
    ]);
  });

  test("says how to start a server that is away", async ({ folder }) => {
    const { code, about } = await doctor(folder, "http://localhost:1");
    expect(code).toBe(1);
    expect(about("server")).toMatchObject([{ status: "problem", fix: "claude-sessions serve --port 1" }]);
  });

  test("knows another program from a server of ours", async ({ folder }) => {
    await using other = await startRecordingServer();
    expect((await doctor(folder, other.url)).about("server")).toMatchObject([
      { status: "problem", message: expect.stringContaining("is no claude-sessions server") as string },
    ]);
  });

  test("tells a server of another version", async ({ folder }) => {
    await using server = await startTestServer({ version: "0.0.1" });
    expect((await doctor(folder, server.url)).about("version").at(-1)).toMatchObject({
      status: "note",
      message: expect.stringContaining("The server is 0.0.1") as string,
    });
  });

  test("tells clocks that disagree", async ({ folder }) => {
    await using server = await startTestServer({ version });
    const { about } = await doctor(folder, server.url, { now: () => Date.now() - 60_000 });
    expect(about("clock")).toMatchObject([
      { status: "problem", message: expect.stringMatching(/(59|60)\.\d s ahead/) as string },
    ]);
  });

  test("knows settings that let a person answer, and keeps that in what mends them", async ({ folder }) => {
    await using server = await startTestServer({ version });
    await runCli(["connect", "claude-code", "--no-test", "--approvals", "60"], env(folder, server.url));
    const [program, settings] = (await doctor(folder, server.url)).about("claude-code");
    expect(program).toEqual({ subject: "claude-code", status: "note", message: "Claude Code is not on the PATH." });
    expect(settings).toMatchObject({ status: "ok", message: expect.stringContaining("for 60 s") as string });
    rmSync(join(folder, ".config"), { recursive: true });
    expect((await doctor(folder, server.url)).about("claude-code")[1]).toMatchObject({
      status: "problem",
      fix: "claude-sessions connect claude-code --approvals 60",
    });
  });

  test("tells how much telemetry told nothing of a session", async ({ folder }) => {
    await using server = await startTestServer({ version });
    const noise = { name: "claude_code.hook_registered", attributes: { "session.id": "s1" } };
    await send(server, logsOf([noise, { ...noise, name: "claude_code.new" }]));
    expect((await doctor(folder, server.url)).about("claude-code")[0]!.message).toContain(
      "1 record of its telemetry told nothing of a session",
    );
  });

  test("tells what arrived from which agent, and what could not be used", async ({ folder }) => {
    await using server = await startTestServer({ version });
    await server.call("POST", "/hooks/claude-code", { session_id: "s1", hook_event_name: "Stop" });
    await server.call("POST", "/hooks/claude-code", "[]");
    const [arrived, dropped] = (await doctor(folder, server.url)).about("claude-code");
    expect(arrived).toMatchObject({
      status: "ok",
      message: expect.stringMatching(/^1 report since .* made into \d events; the last came now/) as string,
    });
    expect(dropped).toMatchObject({
      status: "note",
      message: expect.stringContaining("Nothing could be made of 1 report.") as string,
    });
  });

  test("finds agents on the PATH, with their version, that are not connected", async ({ folder }) => {
    const program = join(folder, "gemini");
    writeFileSync(program, "#!/bin/sh\necho 1.2.3\n", { mode: 0o755 });
    const { about } = await doctor(folder, "http://localhost:1", { path: folder });
    expect(about("gemini")).toEqual([
      {
        subject: "gemini",
        status: "note",
        message: `Gemini CLI 1.2.3 is ${program}, and not connected.`,
        fix: "claude-sessions connect gemini",
      },
    ]);
  });

  test("tells where connected settings speak to, and what is wrong with them", async ({ folder }) => {
    await using server = await startTestServer({ version });
    await runCli(["connect", "gemini", "--no-test"], env(folder, server.url));
    expect((await doctor(folder, server.url)).about("gemini").at(-1)).toMatchObject({ status: "ok" });
    const elsewhere = await doctor(folder, "http://localhost:1");
    expect(elsewhere.about("gemini").at(-1)).toMatchObject({
      status: "problem",
      fix: "claude-sessions connect gemini --url http://localhost:1",
    });
    rmSync(join(folder, ".config"), { recursive: true });
    expect((await doctor(folder, server.url)).about("gemini").at(-1)).toMatchObject({
      status: "problem",
      message: expect.stringContaining("is not there") as string,
      fix: "claude-sessions connect gemini",
    });
  });

  test("tells settings that cannot be read as what they are, connected or not, and has the person mend them", async ({
    folder,
  }) => {
    await using server = await startTestServer({ version });
    const settings = join(folder, ".gemini", "settings.json");
    mkdirSync(join(folder, ".gemini"));
    const mended = `\${EDITOR:-vi} ${settings}; claude-sessions connect gemini`;
    for (const text of ['{"theme": ', '{"hooks": {"x": "hook.sh gemini ' + server.url, "[]"]) {
      writeFileSync(settings, text);
      expect((await doctor(folder, server.url)).about("gemini").at(-1)).toMatchObject({
        status: "problem",
        fix: mended,
      });
    }
  });

  test("names the server that it was asked about in what connects to it", async ({ folder }) => {
    await using server = await startTestServer({ version });
    const flags = ["--url", "http://localhost:1"];
    const program = join(folder, "gemini");
    writeFileSync(program, "#!/bin/sh\necho 1.2.3\n", { mode: 0o755 });
    const { about } = await doctor(folder, server.url, { path: folder, flags });
    expect(about("gemini")).toMatchObject([{ fix: "claude-sessions connect gemini --url http://localhost:1" }]);
    const usual = await doctor(folder, server.url, { path: folder, flags: ["--url", server.url] });
    expect(usual.about("gemini")).toMatchObject([{ fix: "claude-sessions connect gemini" }]);
  });

  test.for([
    [500, {}, "answers with 500", "restart the server; its log says why"],
    [404, {}, "is no claude-sessions server. It answers with 404.", "claude-sessions doctor --url <url of the server>"],
    [
      403,
      { code: "host_refused", error: "Not to this name." },
      ": Not to this name.",
      "claude-sessions serve --host 0.0.0.0   (on that machine)",
    ],
  ] as const)("tells a server that answers with %i", async ([status, body, message, fix], { folder }) => {
    await using other = await startRecordingServer();
    other.answer = { status, body: JSON.stringify(body) };
    expect((await doctor(folder, other.url)).about("server")).toMatchObject([
      { status: "problem", message: expect.stringContaining(message) as string, fix },
    ]);
  });

  test("tells what waits, and --flush sends it in order", async ({ folder }) => {
    await using server = await startRecordingServer();
    for (const body of ["1", "2"]) wait(folder, server.url, body);
    const before = await doctor(folder, server.url);
    expect(before.about("spool")).toMatchObject([
      {
        status: "problem",
        message: expect.stringContaining("2 hook inputs wait") as string,
        fix: "claude-sessions doctor --flush",
      },
    ]);
    const { about } = await doctor(folder, server.url, { flags: ["--flush"] });
    expect(about("spool")).toMatchObject([{ message: "Sent 2 hook inputs that waited." }, { status: "ok" }]);
    expect(server.requests.filter(({ url }) => url.startsWith("/hooks")).map(({ body }) => body)).toEqual(["1", "2"]);
  });

  test("--flush names the input that the server does not take, and how to go on without it", async ({ folder }) => {
    await using server = await startRecordingServer();
    server.answer = { status: 500, body: "" };
    for (const body of ["1", "2"]) wait(folder, server.url, body);
    const [{ message, fix }] = (await doctor(folder, server.url, { flags: ["--flush"] })).about("spool") as [Finding];
    const [, name] = /: (\d+-\d+\.in) was answered with 500\.$/.exec(message)!;
    const { folder: path } = spoolFor(join(folder, "spool"), server.url);
    expect(fix).toBe(`mv ${path}/${name} .; claude-sessions doctor --flush   (without that one)`);
    expect(
      readdirSync(path)
        .filter((each) => each.endsWith(".in"))
        .sort()[0],
    ).toBe(name);
  });

  test("--flush --url sends what waited for a server that is no more to another", async ({ folder }) => {
    await using server = await startRecordingServer();
    wait(folder, "http://localhost:1", "{}");
    await doctor(folder, "http://localhost:1", { flags: ["--flush", "--url", server.url] });
    expect(server.requests.map(({ url }) => url)).toContain("/hooks/claude-code");
  });

  test("tells what the server refused and what was dropped", async ({ folder }) => {
    const spool = spoolFor(join(folder, "spool"), "http://localhost:1");
    mkdirSync(join(spool.folder, "rejected"), { recursive: true, mode: 0o700 });
    writeFileSync(join(spool.folder, "rejected", "1-1.413"), "");
    writeFileSync(join(spool.folder, "dropped"), "2026-01-01T00:00:00Z 7\n");
    const messages = (await doctor(folder, "http://localhost:1")).about("spool").map(({ message }) => message);
    expect(messages).toEqual([
      expect.stringContaining("refused 1 hook input for good (status 413)"),
      expect.stringContaining("dropped 7 hook inputs"),
    ]);
  });

  test("tells a spool that others may look into", async ({ folder }) => {
    mkdirSync(join(folder, "spool", ".hooks"), { recursive: true });
    chmodSync(join(folder, "spool"), 0o755);
    expect((await doctor(folder, "http://localhost:1")).about("spool")).toMatchObject([
      { status: "problem", fix: expect.stringContaining("chmod") as string },
    ]);
    expect(readdirSync(folder)).toEqual(["spool"]);
  });

  test("shows a person each problem with what mends it", async ({ folder }) => {
    const { code, stdout } = await runCli(["doctor"], env(folder, "http://localhost:1", ""));
    expect(code).toBe(1);
    expect(stdout).toMatch(
      /^PROBLEM server +No server answers at http:\/\/localhost:1 .*\n +→ claude-sessions serve --port 1$/m,
    );
    const { env: variables, ...home } = env(folder, "http://localhost:1", "");
    const throughNpx = await runCli(["doctor"], { ...home, env: { ...variables, npm_command: "exec" } });
    expect(throughNpx.stdout).toContain("→ npx claude-sessions serve --port 1\n");
  });
});
