import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { Writable } from "node:stream";
import { describe, expect, test as base } from "vitest";
import { type Folder, freshFolder, runCli, startCli } from "./cli-fixture.js";
import { version } from "./version.js";

const test = base.extend<Folder>(freshFolder);

/** Where nobody listens: a port that was free a moment ago. */
async function closedPort(): Promise<string> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return `http://127.0.0.1:${port}`;
}
const nobody = await closedPort();

describe("help", () => {
  test("the main help", async () => {
    const { code, stdout, stderr } = await runCli(["--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatchInlineSnapshot(`
      "Usage: claude-sessions [options] [command]

      A durable session store for AI agents: every event safe on disk before it is acknowledged.

      Options:
        -V, --version                   print the version
        -h, --help                      print help

      Commands:
        serve [options]                 start the server
        watch [options] [id]            look on live: all sessions, or one; a dashboard on a terminal, a
                                        line per event in a pipe
        query                           ask what sessions there are and what happened in them
        connect [options] <agent>       let an agent on this machine tell the server what it does
        disconnect [options] <agent>    take out of an agent's settings what connect put in
        doctor [options]                look for what keeps agents' sessions from arriving, and say what
                                        mends it
        health [options]                ask a server whether it is well: ends with 0 where it takes
                                        writes, with 1 where not
        hook [options] <agent> [input]  hand one hook input of an agent to the server; what agents run
        approve [options] [id]          let an agent do what it asks permission for
        deny [options] [id]             keep an agent from what it asks permission for
        e2e [options]                   run three real agents against a store of their own, and check all
                                        that they leave in it
        export [options] <id>           write a session's whole log, to keep it or to import it elsewhere
        import [options] <path...>      store sessions that were exported, or folders of sessions, also
                                        those of the service that came before
        delete [options] <id...>        delete sessions with everything that is stored of them
        verify [options]                check every line, seq and snapshot of a storage folder; changes
                                        nothing
        repair [options]                mend what a crash or an editor broke in a storage folder, and say
                                        what was done
        reindex [options]               throw the search index away and build it anew from the files
        completion <shell>              print a script that completes commands and options in your shell
        help [command]                  print help on a command

      Examples:
        claude-sessions serve                             start the server on http://localhost:9000
        claude-sessions watch                             look on live, all sessions or one
        claude-sessions query recent                      the sessions that moved last
        claude-sessions query events my-session --follow  watch a session's events as they come
        claude-sessions query search "timeout" --json     full text over all events, for scripts

      Exit codes: 0 ok, 1 failed, 2 wrong usage, 3 no server, 130 interrupted
      "
    `);
  });

  test.for([
    "serve",
    "query",
    "query recent",
    "query active",
    "query stats",
    "query search",
    "query sessions",
    "query events",
    "query state",
    "connect",
    "disconnect",
    "doctor",
    "hook",
    "approve",
    "deny",
    "export",
    "import",
    "verify",
    "repair",
    "reindex",
    "completion",
  ])("%s has help with examples, within the terminal's width", async (command) => {
    const { code, stdout } = await runCli([...command.split(" "), "--help"], { columns: 100 });
    expect(code).toBe(0);
    expect(stdout).toContain(`Usage: claude-sessions ${command}`);
    expect(stdout).toMatch(/Examples:\n {2}(source <\()?claude-sessions|Examples:\n {2}\w/);
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
  });

  test("a group without its subcommand shows its help on stderr and is wrong usage", async () => {
    const { code, stdout, stderr } = await runCli(["query"]);
    expect(code).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain("Usage: claude-sessions query");
  });
});

test("prints the version", async () => {
  expect(await runCli(["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
});

describe("wrong usage ends with 2 and one sentence", () => {
  test.for([
    [["sreve"], "claude-sessions: unknown command 'sreve' (Did you mean serve?) See --help.\n"],
    [["query", "recnt"], "claude-sessions: unknown command 'recnt' (Did you mean recent?) See --help.\n"],
    [
      ["query", "recent", "--limt", "3"],
      "claude-sessions: unknown option '--limt' (Did you mean --limit?) See --help.\n",
    ],
    [
      ["query", "recent", "--limit", "0"],
      "claude-sessions: --limit cannot be '0'. Give a whole number of at least 1. See --help.\n",
    ],
    [["query", "events"], "claude-sessions: missing required argument 'id'. See --help.\n"],
    [
      ["query", "state", "../../etc"],
      "claude-sessions: '../../etc' is not a session id. A session id must be 1 to 128 letters, digits, '.', '_' or '-', start with a letter or digit, and hold no '..'.\n",
    ],
    [
      ["query", "events", "s", "--types", "acton"],
      expect.stringContaining("'acton' is not an event type. There are session_created, action"),
    ],
    [["query", "stats", "--url", "localhost"], expect.stringContaining("'localhost' is not the URL of a server")],
    [["query", "stats", "--url", nobody, "--storage", "x"], expect.stringContaining("cannot be used with option")],
    [["query", "search", "x", "--since", "whenever"], expect.stringContaining("'whenever' is not a time")],
    [["verify"], "claude-sessions: Say which folder with --storage <dir>; 'serve' prints its own when it starts.\n"],
    [["verify", "--storage", "missing"], expect.stringMatching(/There is no storage folder .*missing: /)],
    [["export", "s", "--format", "tar"], expect.stringContaining("It is one of ndjson, folder.")],
  ] as const)("%j", async ([argv, message]) => {
    const { code, stdout, stderr } = await runCli(argv);
    expect(stderr).toEqual(message);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
  });
});

test("no server ends with 3, names the URL that was tried and how to start one", async () => {
  const { code, stdout, stderr } = await runCli(["query", "recent"], { env: { SESSION_SERVICE_URL: nobody } });
  expect({ code, stdout }).toEqual({ code: 3, stdout: "" });
  expect(stderr).toBe(
    `claude-sessions: No server answers at ${nobody} (connection refused). Start one with 'claude-sessions serve', or name another with --url or SESSION_SERVICE_URL.\n`,
  );
});

test("with --json a failure is a problem document on stderr", async () => {
  const noServer = await runCli(["query", "recent", "--json", "--url", nobody]);
  expect(JSON.parse(noServer.stderr)).toMatchObject({
    code: "no_server",
    title: "No server",
    detail: expect.stringContaining(nobody),
  });
  const wrong = await runCli(["query", "recnt", "--json"]);
  expect(JSON.parse(wrong.stderr)).toMatchObject({
    code: "usage",
    status: 400,
    error: "unknown command 'recnt' (Did you mean recent?) See --help.",
  });
});

test("ends quietly when the reader of its output goes away", async () => {
  const stdout = new Writable({
    write(_chunk, _encoding, done) {
      done(Object.assign(new Error("write EPIPE"), { code: "EPIPE" }));
    },
  });
  const run = startCli(["completion", "bash"], { stdout });
  expect(await run.finished).toBe(0);
  expect(run.stderr).toBe("");
});
