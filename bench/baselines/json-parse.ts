import { batch } from "../client/load.js";
import { answerCommands } from "../program.js";

/* JSON.parse by itself, over the lines that a batch of events is sent as. */

const commands = {
  /** Events parsed a second. */
  parse({ seconds, bytes }: { seconds: number; bytes: number }): number {
    const lines = batch(1, { events: 100, bytes }).trimEnd().split("\n");
    const started = performance.now();
    let parsed = 0;
    while (performance.now() - started < seconds * 1000) {
      for (const line of lines) if (JSON.parse(line) !== null) parsed += 1;
    }
    return (parsed / (performance.now() - started)) * 1000;
  },
};

export type JsonParseCommands = typeof commands;

answerCommands(commands);
