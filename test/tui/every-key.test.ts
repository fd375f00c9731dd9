import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { bindings, type Screen } from "../../src/tui/keys/key-table.js";
import { expectGone, expectShown, openTerminal, sizes, type Size, type Terminal } from "./terminal.js";
import { listTrials, sessionTrials, type Trial } from "./trials.js";
import { addShop, createWorld, startLoad, type Load, type World } from "./world.js";

let world: World;
let load: Load;

beforeAll(async () => {
  world = await createWorld();
  const { client } = world;
  await addShop(client);
  await client.createSession({ sessionId: "mail", userId: "eva" });
  await client.patchMetadata("mail", {
    liveness: { status: "waiting", waitingFor: { kind: "permission", tool: "Send", message: "Send 40 mails" } },
  });
  load = startLoad(client, ["busy"], 1_000);
}, 30_000);

afterAll(async () => {
  await load[Symbol.asyncDispose]();
  await world[Symbol.asyncDispose]();
});

/** A box, or a line that is typed into. */
const overlay = /╭─|▏[^\n]*$/;

const screens: { screen: Screen; trials: Record<string, Trial>; ready: string[]; args: string[] }[] = [
  { screen: "list", trials: listTrials, ready: ["3 sessions", "busy", " 1/3"], args: [] },
  { screen: "session", trials: sessionTrials, ready: ["All but the lint", "following"], args: ["shop"] },
];

describe.each(screens)("every key that the help page names for the $screen", ({ screen, trials, ready, args }) => {
  const open = (size: Size) =>
    openTerminal({
      ...size,
      args: [...args, "--url", world.server.url],
      env: { PAGER: "sh -c 'printf \"in the pager\"; read answer' pager" },
    });

  test("is tried", () => {
    const here = bindings.filter((binding) => binding.screen === screen || binding.screen === "both");
    expect(Object.keys(trials).sort()).toEqual(here.flatMap(({ keys }) => keys).sort());
  });

  test.each(sizes)("does what it says at $columns×$rows, under load", { timeout: 180_000 }, async (size) => {
    await using terminal = await open(size);
    for (const [key, trial] of Object.entries(trials).filter(([, { ends }]) => !ends)) {
      await expectShown(terminal, ...ready);
      await run(terminal, key, trial, size);
      await pressAll(
        terminal,
        (trial.after ?? ["Escape"]).map((each) => (typeof each === "string" ? [each] : each)),
      );
      // A key right behind Escape would be taken for one with Alt.
      await expectGone(terminal, overlay);
    }
    for (const [key, trial] of Object.entries(trials).filter(([, { ends }]) => ends)) {
      await using another = await open(size);
      await expectShown(another, ...ready);
      await run(another, key, trial, size);
    }
  });
});

async function run(terminal: Terminal, key: string, trial: Trial, size: Size): Promise<void> {
  const wide = size.columns >= 120;
  await pressAll(terminal, trial.before ?? []);
  await terminal.press(tmuxKeys[key] ?? key);
  const { shows = [], hides } = wide && trial.wide ? { ...trial, ...trial.wide } : trial;
  await expectShown(terminal, ...shows);
  if (hides !== undefined) await expectGone(terminal, hides);
}

async function pressAll(terminal: Terminal, keys: NonNullable<Trial["before"]>): Promise<void> {
  for (const [key, shown] of keys) {
    await terminal.press(key);
    if (shown !== undefined) await expectShown(terminal, shown);
  }
}

/** What tmux calls the keys that it has names for. */
const tmuxKeys: Record<string, string> = {
  enter: "Enter",
  escape: "Escape",
  up: "Up",
  down: "Down",
  left: "Left",
  right: "Right",
  tab: "Tab",
  "shift+tab": "BTab",
  pagedown: "NPage",
  pageup: "PPage",
  home: "Home",
  end: "End",
  ...Object.fromEntries(["c", "d", "l", "u", "z"].map((letter) => [`ctrl+${letter}`, `C-${letter}`])),
};
