import { join } from "node:path";
import { expect, test } from "vitest";
import { bigSession, makeStore } from "../../bench/make-store.js";
import { temporaryFolder } from "../../src/testing/temporary-folder.js";
import { startServerProcess } from "../support/server-process.js";
import { expectShown, openTerminal } from "./terminal.js";

test("reaches both ends and the middle of a long log, and remembers no more than it shows", async () => {
  using folder = temporaryFolder();
  const storage = join(folder.path, "storage");
  makeStore(storage, { sessions: 0, eventsPerSession: 0, bigSessionEvents: 50_000 });
  const server = await startServerProcess(storage);
  try {
    await using terminal = await openTerminal({ columns: 120, rows: 40, args: [bigSession, "--url", server.url] });
    await expectShown(terminal, "50,000 events", "● following", /\d\d:\d\d:\d\d {2}\w/);
    await terminal.press("g");
    await expectShown(terminal, "#1 of 50,000", /▌\d\d:\d\d:\d\d {2}session +created/);
    await terminal.press("NPage");
    await expectShown(terminal, /#3\d of 50,000/);
    await terminal.press("t");
    await terminal.type("25,000");
    await terminal.press("Enter");
    await expectShown(terminal, "as it was after #25,000 of 50,000");
    await terminal.press("L");
    const screen = await expectShown(terminal, "● following");
    expect(screen).not.toContain("as it was after");
  } finally {
    await server.stop();
  }
});
