import { afterEach, beforeEach, expect, test } from "vitest";
import { startServerProcess } from "../support/server-process.js";
import { addShop, createWorld, messageEvent, type World } from "./world.js";
import { expectGone, expectShown, openTerminal, type Terminal } from "./terminal.js";

let world: World;

beforeEach(async () => {
  world = await createWorld();
});

afterEach(async () => {
  await world[Symbol.asyncDispose]();
});

test("goes on without a gap and without a repeat where the server is killed and starts again", async () => {
  const { client, storage, server } = world;
  const port = Number(new URL(server.url).port);
  await client.appendMany(
    "s",
    Array.from({ length: 20 }, (_, index) => messageEvent(index + 1)),
  );
  await using terminal = await openTerminal({ columns: 120, rows: 50, args: ["s", "--url", server.url] });
  await expectShown(terminal, "tick 20 ", "● following");
  await server.kill();
  await expectShown(terminal, "connection lost", /what you see is from \d+s ago/);
  const again = await startServerProcess(storage, { port });
  try {
    await client.appendMany(
      "s",
      Array.from({ length: 20 }, (_, index) => messageEvent(index + 21)),
    );
    await expectShown(terminal, "tick 40 ");
    await expectGone(terminal, "connection lost");
    const ticks = [...(await terminal.text()).matchAll(/tick (\d+) /g)].map(([, number]) => Number(number));
    expect(ticks).toEqual(Array.from({ length: 40 }, (_, index) => index + 1));
  } finally {
    await again.stop();
  }
});

test("says where it looked for a server, and shows the sessions as soon as there is one", async () => {
  await addShop(world.client);
  const { storage, server } = world;
  const port = Number(new URL(server.url).port);
  await server.stop();
  await using terminal = await openTerminal({ args: ["--url", server.url] });
  await expectShown(terminal, `No server answers at ${server.url}`, "claude-sessions serve", "--storage");
  const again = await startServerProcess(storage, { port });
  try {
    await expectShown(terminal, /running\s+shop/);
  } finally {
    await again.stop();
  }
});

test("shows the same from the files, and follows them", async () => {
  await addShop(world.client);
  await using terminal = await openTerminal({ columns: 120, rows: 40, args: ["shop", "--storage", world.storage] });
  await expectShown(terminal, "All but the lint is done", "Cover discounts");
  await world.client.appendMany("shop", [messageEvent(99)]);
  await expectShown(terminal, "tick 99 ");
});

test("says so where there is no such session", async () => {
  await using terminal = await openTerminal({ args: ["nowhere", "--url", world.server.url] });
  await expectShown(terminal, "There is no session 'nowhere'");
  await terminal.press("q");
  await expectShown(terminal, "No sessions yet");
});

async function opened(env: Record<string, string> = {}): Promise<Terminal> {
  await addShop(world.client);
  const terminal = await openTerminal({ args: ["shop", "--url", world.server.url], env });
  await expectShown(terminal, "All but the lint is done");
  expect(await terminal.property("#{alternate_on}")).toBe("1");
  return terminal;
}

/** The ordinary screen, a cursor that is seen, and a line discipline that echoes. */
async function expectRestored(terminal: Terminal, code: number): Promise<void> {
  const screen = await expectShown(terminal, `exit code ${code}`, "icanon");
  expect(screen).not.toMatch(/-icanon|-echo\b/);
  expect(await terminal.property("#{alternate_on} #{cursor_flag}")).toBe("0 1");
}

test.each([
  ["SIGTERM", 143],
  ["SIGHUP", 129],
  ["SIGINT", 130],
])("gives the terminal back after %s", async (signal, code) => {
  await using terminal = await opened();
  process.kill(await terminal.pid(), signal);
  await expectRestored(terminal, code);
});

test("gives the terminal back after a crash, and tells of it", async () => {
  const crash = "process.on('SIGUSR2',()=>{throw new Error('it broke')})";
  await using terminal = await opened({ NODE_OPTIONS: `--import "data:text/javascript,${crash}"` });
  process.kill(await terminal.pid(), "SIGUSR2");
  await expectRestored(terminal, 1);
  await expectShown(terminal, "it broke");
});

test("stops when it is told to, and is drawn anew when the shell continues it", async () => {
  await addShop(world.client);
  await using terminal = await openTerminal({ args: ["shop", "--url", world.server.url], jobs: true });
  await expectShown(terminal, "All but the lint is done", "following");
  await terminal.press("C-z");
  await expectShown(terminal, /Stopped|Suspended|suspended/);
  expect(await terminal.property("#{alternate_on} #{cursor_flag}")).toBe("0 1");
  await world.client.appendMany("shop", [messageEvent(7)]);
  await terminal.type("clear; fg");
  await terminal.press("Enter");
  const screen = await expectShown(terminal, "tick 7 ", "All but the lint is done", "following");
  expect(screen.split("\n")[0]).toMatch(/^ shop /);
  expect(await terminal.property("#{alternate_on}")).toBe("1");
  await terminal.press("[");
  await expectShown(terminal, "as it was after #14");
  await terminal.press("C-c");
  await expectShown(terminal, /^\$/m);
  expect(await terminal.property("#{alternate_on}")).toBe("0");
});

test("gives the terminal back when it is left", async () => {
  await using terminal = await opened();
  await terminal.press("q");
  await expectShown(terminal, /running\s+shop/);
  await terminal.press("q");
  await expectRestored(terminal, 0);
});

test("shows what agents write and obeys none of it", async () => {
  const hostile = "\u001b]0;owned\u0007\u001b[2J\u001b[1;1H\u001b[?1049lgone \u202egnp.exe\u009b5A";
  await world.client.createSession({ sessionId: "evil", userId: `\u001b[31m${hostile}` });
  await world.client.appendActions("evil", [
    { type: "user_prompt", text: hostile },
    { type: "bash_exec", tool: hostile, toolCallId: "c1", input: { command: hostile } },
  ]);
  await world.client.patchState("evil", { phase: hostile, currentStep: hostile, [hostile]: hostile });
  await world.client.addGoal("evil", { goalId: "g", description: hostile });
  await world.client.spawnAgent("evil", { agentId: "a", type: hostile, task: hostile });
  await using terminal = await openTerminal({ columns: 200, rows: 40, args: ["evil", "--url", world.server.url] });
  await expectShown(terminal, "\\e]0;owned\\x07\\e[2J", "\\u202egnp.exe");
  await terminal.press("Enter");
  for (const key of ["2", "3", "4", "5"]) await terminal.press(key);
  await expectShown(terminal, "tokens in");
  expect(await terminal.property("#{alternate_on} #{pane_title}")).not.toContain("owned");
  expect(await terminal.property("#{alternate_on}")).toBe("1");
  const lines = await terminal.lines();
  expect(lines[0]).toMatch(/^ evil/);
  expect(lines.at(-1)).toMatch(/\? keys/);
});

test("follows the size of the terminal, from small to large", async () => {
  await addShop(world.client);
  await using terminal = await openTerminal({ args: ["shop", "--url", world.server.url] });
  await expectShown(terminal, "All but the lint is done");
  for (const size of [
    { columns: 60, rows: 16 },
    { columns: 250, rows: 70 },
    { columns: 80, rows: 24 },
  ]) {
    await terminal.resize(size);
    await expect
      .poll(async () => {
        const lines = await terminal.lines();
        return {
          rows: lines.length,
          first: lines[0]?.startsWith(" shop"),
          last: /\? keys/.test(lines[size.rows - 1] ?? ""),
        };
      })
      .toEqual({ rows: size.rows, first: true, last: true });
    await expectShown(terminal, "Bash", size.columns >= 120 ? "Metrics ─" : "5 Metr");
  }
});

test("paints without colours where NO_COLOR asks for that, and in the colours that there are", async () => {
  await addShop(world.client);
  const styles = async (env: Record<string, string>): Promise<string> => {
    await using terminal = await openTerminal({ args: ["shop", "--url", world.server.url], env });
    await expectShown(terminal, "All but the lint is done");
    return await terminal.styled();
  };
  expect(await styles({ NO_COLOR: "1" })).not.toMatch(/\u001b\[[\d;]*(3[0-8]|4[0-8]|9[0-7])[;m]/);
  expect(await styles({ COLORTERM: "" })).toMatch(/\u001b\[[\d;]*38;5;\d+/);
  expect(await styles({ COLORTERM: "truecolor" })).toMatch(/\u001b\[[\d;]*38[;:]/);
  expect(await styles({ COLORTERM: "", TERM: "xterm" })).toMatch(/\u001b\[[\d;]*3[1-6]m/);
});

test("lets a person answer an agent that waits, from the list and from the session", async () => {
  const ask = (id: string, command: string) =>
    fetch(`${world.server.url}/hooks/claude-code?approvals=60`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({
        session_id: id,
        cwd: "/work",
        hook_event_name: "PermissionRequest",
        tool_name: "Bash",
        tool_input: { command },
      }),
    }).then((response) => response.text());
  const [first, second] = [ask("one", "rm -rf build"), ask("two", "npm publish")];
  await using terminal = await openTerminal({ args: ["--url", world.server.url] });
  await expectShown(terminal, /▌◆ waiting\s+(one|two)/, "2 waiting", "a answer");
  await terminal.press("/");
  await terminal.type("one");
  await expectShown(terminal, "1/1");
  await terminal.press("Enter");
  await terminal.press("a");
  await expectShown(terminal, "Allow · one", "rm -rf build", "y allow", "n deny");
  await terminal.press("y");
  expect(await first).toContain('"behavior":"allow"');
  await terminal.press("Escape");
  await expectShown(terminal, /◆ waiting\s+two/);
  await terminal.press("Home");
  await terminal.press("Enter");
  await expectShown(terminal, "asks for permission");
  await terminal.press("a");
  await expectShown(terminal, "npm publish");
  await terminal.press("n");
  await expectShown(terminal, "deny, because:");
  await terminal.type("not today");
  await terminal.press("Enter");
  const denied = await second;
  expect(denied).toContain('"behavior":"deny"');
  expect(denied).toContain("not today");
});
