import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addShop, createWorld, startLoad, type Load, type World } from "./world.js";
import { expectGone, expectShown, openTerminal, sizes } from "./terminal.js";

let world: World;
let load: Load;

beforeAll(async () => {
  world = await createWorld();
  const { client } = world;
  await addShop(client);
  for (const [id, userId] of [
    ["docs-1", "ben"],
    ["docs-2", "ben"],
    ["mail", "eva"],
  ] as const) {
    await client.createSession({ sessionId: id, userId });
  }
  await client.finalize("docs-2", { status: "failed" });
  await client.patchMetadata("mail", {
    liveness: { status: "waiting", waitingFor: { kind: "permission", tool: "Send", message: "Send 40 mails" } },
  });
  load = startLoad(client, ["busy-1", "busy-2"], 200);
}, 30_000);

afterAll(async () => {
  await load[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

describe.each(sizes)("the list at $columns×$rows, under load", ({ columns, rows }) => {
  const open = () => openTerminal({ columns, rows, args: ["--url", world.server.url] });

  test("shows who waits first, and what for", async () => {
    await using terminal = await open();
    const screen = await expectShown(
      terminal,
      "6 sessions",
      "1 waiting",
      "1 failed",
      "allow Send?",
      /▌◆ waiting\s+mail/,
    );
    expect(screen.split("\n")[4]).toMatch(/◆ waiting/);
    expect(screen.split("\n").at(-1)).toMatch(/a answer.*\? keys/);
  });

  test("moves by j, k, arrows, pages and to the ends", async () => {
    await using terminal = await open();
    await expectShown(terminal, /▌. \w+\s+mail/, "6 sessions", "docs-2");
    for (const [key, place] of [
      ["j", 2],
      ["Down", 3],
      ["k", 2],
      ["Up", 1],
      ["G", 6],
      ["g", 1],
      ["End", 6],
      ["Home", 1],
      ["NPage", 6],
      ["PPage", 1],
      ["C-d", 6],
      ["C-u", 1],
    ] as const) {
      await terminal.press(key);
      await expectShown(terminal, ` ${place}/6`);
    }
  });

  test("filters as you type, keeps the filter and lifts it", async () => {
    await using terminal = await open();
    await expectShown(terminal, "6 sessions", "shop");
    await terminal.press("/");
    await expectShown(terminal, /\/ ▏/);
    await terminal.type("docs");
    await expectGone(terminal, "shop");
    await expectShown(terminal, "docs-1", "docs-2");
    await terminal.press("BSpace", "Enter");
    await expectShown(terminal, "filter doc", "1/2");
    await terminal.press("Escape");
    await expectShown(terminal, "shop", "/6");
  });

  test("filters by status and by user, and to those who wait", async () => {
    await using terminal = await open();
    await expectShown(terminal, "6 sessions", "shop");
    await terminal.press("f");
    await expectShown(terminal, "Status", "any status", "failed");
    await terminal.press("j", "j", "j");
    await terminal.press("Enter");
    await expectShown(terminal, "status failed", "docs-2", "1/1");
    await terminal.press("Escape");
    await terminal.press("u");
    await expectShown(terminal, "any user", "ben");
    await terminal.press("Escape");
    await expectGone(terminal, "any user");
    await terminal.press("w");
    await expectShown(terminal, "only waiting", "1/1");
    await terminal.press("w");
    await expectShown(terminal, "/6");
  });

  test("sorts by the column that was chosen, and reverses", async () => {
    await using terminal = await open();
    await expectShown(terminal, "6 sessions", "shop");
    await terminal.press("s");
    await expectShown(terminal, "Sort by", "last activity", "session id");
    await terminal.press("j", "j", "Enter");
    await expectShown(terminal, "SESSION↑", /mail[^]*busy-1[^]*busy-2[^]*docs-1[^]*shop/);
    await terminal.press("r");
    await expectShown(terminal, "SESSION↓", /mail[^]*shop[^]*docs-1[^]*busy-1/);
    await terminal.press("R");
    await expectShown(terminal, "SESSION↓");
  });

  test("explains every key", async () => {
    await using terminal = await open();
    await expectShown(terminal, "6 sessions");
    await terminal.press("?");
    await expectShown(terminal, "Keys", "filter as you type", "sort by another column");
    await terminal.press("G", "C-d", "C-d");
    await expectShown(terminal, "quit, or back to the list");
    await terminal.press("q");
    await expectGone(terminal, "filter as you type");
  });

  test("opens a session and comes back to where it was", async () => {
    await using terminal = await open();
    await expectShown(terminal, "6 sessions", "shop");
    await terminal.press("/");
    await terminal.type("shop");
    await expectShown(terminal, "1/1");
    await terminal.press("Enter");
    await expectShown(terminal, "filter shop");
    await terminal.press("Enter");
    await expectShown(terminal, "Feed", "All but the lint is done");
    await terminal.press("q");
    await expectShown(terminal, "filter shop", /▌. running\s+shop/);
  });

  test("copies the id, opens the session in the pager and exports it", async () => {
    await using terminal = await openTerminal({
      columns,
      rows,
      args: ["--url", world.server.url],
      env: { PAGER: "head -c 60 " },
    });
    await expectShown(terminal, "6 sessions", "mail");
    await terminal.press("y");
    await expectShown(terminal, "Copied mail");
    await terminal.press("e");
    await expectShown(terminal, "Exported to", "mail.jsonl");
    await terminal.press("o");
    await expectShown(terminal, "6 sessions", "mail");
    await terminal.press("a");
    await expectShown(terminal, "Waiting · mail");
    await terminal.press("Escape");
    await terminal.press("q");
    await expectShown(terminal, "exit code 0");
  });
});
