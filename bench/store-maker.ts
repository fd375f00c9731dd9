import { makeBigSession, makeSmallSessions, type StoreSize } from "./make-store.js";
import { answerCommands } from "./program.js";

/* Makes parts of a store in a process of its own, while the run goes on. */

interface Part {
  folder: string;
  size: StoreSize;
}

const commands = {
  smallSessions({ folder, size }: Part): void {
    makeSmallSessions(folder, size);
  },
  bigSession({ folder, size }: Part): void {
    makeBigSession(folder, size);
  },
};

export type StoreMakerCommands = typeof commands;

answerCommands(commands);
