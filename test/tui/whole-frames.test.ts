import { expect, test, vi } from "vitest";
import { createWorld, startLoad } from "./world.js";
import { expectShown, openTerminal, sizes, type Size, type Terminal } from "./terminal.js";

const captures = 80;

test.each(sizes)("every frame at $columns×$rows is whole while 1,000 events a second come in", async (size) => {
  await using world = await createWorld();
  await using load = startLoad(world.client, ["busy"], 1_000);
  await expect.poll(() => load.sent, { timeout: 30_000 }).toBeGreaterThan(500);
  await using terminal = await openTerminal({ ...size, args: ["busy", "--url", world.server.url] });
  await expectShown(terminal, "● following", /tick \d+/);
  let last = 0;
  const seen = new Set<number>();
  for (let count = 0; count < captures; count++) {
    const ticks = await wholeFrame(terminal, size);
    expect(ticks[0], "time went back").toBeGreaterThanOrEqual(last);
    last = ticks[0]!;
    seen.add(last);
  }
  // Otherwise the same frame was looked at again and again.
  expect(seen.size).toBeGreaterThan(3);
});

/**
 * A capture may fall between two halves of a frame that tmux reads in pieces, where a person's
 * terminal would wait (synchronised output): the next one is looked at then. What is left over of an
 * earlier frame would stay.
 */
async function wholeFrame(terminal: Terminal, size: Size): Promise<number[]> {
  return vi.waitFor(async () => checkFrame(await terminal.lines(), size), { timeout: 10_000, interval: 5 });
}

/** Each line is in its place, and all of them are of one moment; the numbers of the events on it. */
function checkFrame(lines: string[], { columns, rows }: Size): number[] {
  const wide = columns >= 120;
  const whole = lines.join("\n");
  expect(lines, whole).toHaveLength(rows);
  expect(lines[0], whole).toMatch(/^ busy {2}· {2}◐ running .*[●○]/);
  expect(lines[1], whole).toMatch(/[\d,]+ events/);
  expect(lines[2], whole).toMatch(wide ? /^▪1 Feed ─+ ● following │ 2 Goals/ : /^ 1 Feed {2}2 Goals/);
  expect(lines.at(-1), whole).toMatch(/\? keys$/);
  expect(
    lines.filter((line) => line.startsWith(" busy")),
    whole,
  ).toHaveLength(1);
  expect(
    lines.filter((line) => line.includes("? keys")),
    whole,
  ).toHaveLength(1);
  const feed = lines.slice(3, -1);
  const borders = new Set(feed.map((line) => line.indexOf("│")));
  expect(borders.size, whole).toBe(1);
  expect(borders.has(-1), whole).toBe(!wide);
  const ticks = feed.map((line) => Number(/^[ ▌]\d\d:\d\d:\d\d {2}message +tick (\d+) of the load/.exec(line)?.[1]));
  expect(ticks, whole).toEqual(ticks.map((_, index) => ticks[0]! + index));
  return ticks;
}
