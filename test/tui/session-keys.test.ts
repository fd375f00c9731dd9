import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addShop, createWorld, startLoad, type Load, type World } from "./world.js";
import { expectGone, expectShown, openTerminal, sizes } from "./terminal.js";

let world: World;
let load: Load;

beforeAll(async () => {
  world = await createWorld();
  await addShop(world.client);
  load = startLoad(world.client, ["busy"], 200);
}, 30_000);

afterAll(async () => {
  await load[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

describe.each(sizes)("a session at $columns×$rows", ({ columns, rows }) => {
  const wide = columns >= 120;
  const open = (id: string, env = {}) => openTerminal({ columns, rows, args: [id, "--url", world.server.url], env });

  test("tells what happened, a line each", async () => {
    await using terminal = await open("shop");
    const screen = await expectShown(terminal, "shop", "building", "Write the tests", "● following");
    expect(screen).toMatch(/prompt\s+Move the price summary/);
    expect(screen).toMatch(/Bash\s+npm test.*12 passed.*1\.2s ✓/);
    expect(screen).toMatch(/Bash\s+npm run lint.*no-unused-vars.*✗/);
    expect(screen).toMatch(/message\s+All but the lint is done/);
  });

  test("expands an item to its JSON and collapses it again", async () => {
    await using terminal = await open("shop");
    await expectShown(terminal, "All but the lint is done");
    await terminal.press("Enter");
    await expectShown(terminal, '"type": "assistant_message"', '"turn": "t1"', "▾");
    await terminal.press("h");
    await expectGone(terminal, '"type": "assistant_message"');
    await terminal.press("Right");
    await expectShown(terminal, '"type": "assistant_message"');
  });

  test("leads from pane to pane, and puts one on the whole screen", async () => {
    await using terminal = await open("shop");
    await expectShown(terminal, "All but the lint is done");
    for (const [key, wanted] of [
      ["2", "Cover discounts"],
      ["3", "tester"],
      ["4", "currentStep"],
      ["5", "tokens in"],
    ] as const) {
      await terminal.press(key);
      await expectShown(terminal, wanted);
    }
    await terminal.press("Tab");
    await expectShown(terminal, "following");
    await terminal.press("BTab");
    await terminal.press("z");
    await expectShown(terminal, "tokens in");
    await expectGone(terminal, "All but the lint");
    await terminal.press("z", "1");
    await expectShown(terminal, "All but the lint is done");
  });

  test("expands a goal to everything about it", async () => {
    await using terminal = await open("shop");
    await expectShown(terminal, "All but the lint is done");
    await terminal.press("2");
    await expectShown(terminal, "Cover discounts");
    await terminal.press("G", "Enter");
    await expectShown(terminal, /╎ completed .*id g1/, /╎ added .*changed/);
    await terminal.press("h");
    await expectGone(terminal, "id g1");
  });

  test("unfolds the state", async () => {
    await using terminal = await open("shop");
    await expectShown(terminal, "All but the lint is done");
    await terminal.press("4");
    await expectShown(terminal, "▸ budget: {2}");
    await terminal.press("G");
    await terminal.press("Enter");
    await expectShown(terminal, "▾ budget: {2}", "usd: 5", "▸ nested: {1}");
    await terminal.press("Left");
    await expectGone(terminal, "usd: 5");
  });

  test("travels in time: state, goals and agents as they were, and what changed since", async () => {
    await using terminal = await open("shop");
    await expectShown(terminal, "All but the lint is done");
    await terminal.press("[");
    await expectShown(terminal, /as it was after #13 of 14/);
    await terminal.press("]");
    await expectGone(terminal, "as it was after");
    await terminal.press("{");
    await expectShown(terminal, "as it was after #1 ");
    await terminal.press("d");
    await expectShown(terminal, "⚐ #1");
    await terminal.press("t");
    await expectShown(terminal, "go to");
    await terminal.type("5");
    await terminal.press("Enter");
    await expectShown(terminal, "as it was after #5 ");
    await terminal.press("d");
    await expectShown(terminal, wide ? "#1 → #5" : "phase", /~ phase: "initialized" → "building"/);
    await terminal.press("}");
    await terminal.press("L");
    await expectGone(terminal, "as it was after");
    await terminal.press("1");
    await expectShown(terminal, "● following");
  });

  test("finds text, goes from hit to hit, and shows only some types", async () => {
    await using terminal = await open("shop");
    await expectShown(terminal, "All but the lint is done");
    await terminal.press("/");
    await terminal.type("lint");
    await terminal.press("Enter");
    const place = /\/lint +\d\/\d/;
    const first = place.exec(await expectShown(terminal, place))![0];
    await terminal.press("n");
    await expectGone(terminal, first);
    await terminal.press("N");
    await expectShown(terminal, first);
    await terminal.press("Escape");
    await expectGone(terminal, "/lint");
    await terminal.press("f");
    await expectShown(terminal, "Show", "only failures", "tool calls");
    await terminal.press("j", "Space");
    await terminal.press("Enter");
    await expectShown(terminal, "only failures", "no-unused-vars");
    await expectGone(terminal, "All but the lint is done");
    await terminal.press("Escape");
    await expectShown(terminal, "All but the lint is done");
    await terminal.press("m");
    await expectShown(terminal, "small print");
  });

  test("copies, exports and opens in the pager, and comes back intact", async () => {
    await using terminal = await open("shop", {
      PAGER: 'sh -c \'cat "$1"; printf "in the pager"; read answer\' pager',
    });
    await expectShown(terminal, "All but the lint is done");
    const before = await terminal.text();
    await terminal.press("y");
    await expectShown(terminal, "Copied event 14");
    await terminal.press("e");
    await expectShown(terminal, "Exported to");
    const lines = readFileSync(join(terminal.folder, "shop.jsonl"), "utf8").trim().split("\n");
    expect(lines.map((line) => (JSON.parse(line) as { seq: number }).seq)).toEqual(lines.map((_, index) => index + 1));
    await terminal.press("o");
    await expectShown(terminal, "in the pager", "assistant_message");
    expect(await terminal.property("#{alternate_on}")).toBe("0");
    await terminal.press("Enter");
    await expectShown(terminal, "All but the lint is done", "● following");
    const kept = (screen: string): string[] =>
      screen
        .split("\n")
        .slice(2, -1)
        .map((line) => line.replaceAll(/[\d.]+(ms|s|m\d\ds)/g, ""));
    await expect.poll(async () => kept(await terminal.text())).toEqual(kept(before));
  });

  test("explains every key, answers and quits", async () => {
    await using terminal = await open("shop");
    await expectShown(terminal, "All but the lint is done");
    await terminal.press("?");
    await expectShown(terminal, "Keys", "to the first");
    for (let page = 0; page < 5; page++) await terminal.press("NPage");
    await expectShown(terminal, "back to the list");
    await terminal.press("Escape");
    await expectGone(terminal, "to the first");
    await terminal.press("a");
    await expectShown(terminal, "Waiting · shop");
    await terminal.press("q");
    await expectGone(terminal, "Waiting · shop");
    await terminal.press("C-c");
    await expectShown(terminal, "exit code 130");
  });

  test("stays where a person reads while events pour in, and says how many are new", async () => {
    await using terminal = await open("busy");
    await expectShown(terminal, "● following", /tick \d+/);
    await terminal.press("k");
    await terminal.press("PPage");
    await expectShown(terminal, /▼ [\d.k]+ new below/);
    const ticks = async (): Promise<string[]> => (await terminal.text()).match(/tick \d+/g) ?? [];
    const read = await ticks();
    const sent = load.sent;
    await expect.poll(() => load.sent, { timeout: 10_000 }).toBeGreaterThan(sent + 200);
    expect(await ticks()).toEqual(read);
    await terminal.press("G");
    await expectShown(terminal, "● following");
    await terminal.press("F");
    await expectGone(terminal, "● following");
    await terminal.press("g");
    await expectShown(terminal, "tick 1 of the load");
  });
});
