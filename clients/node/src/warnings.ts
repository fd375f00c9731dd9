import { writeSync } from "node:fs";
import type { HookAgentErrorCode } from "./errors.js";

/** Where a line for the person goes; stderr unless a test takes it. */
export type WriteLine = (line: string) => void;

/** Tells each kind of trouble once, in one line; the agent's own output is never touched otherwise. */
export class Warnings {
  private readonly told = new Set<HookAgentErrorCode>();
  private readonly write: WriteLine;

  constructor(write: WriteLine = writeToStderr) {
    this.write = write;
  }

  tell(kind: HookAgentErrorCode, message: string): void {
    if (this.told.has(kind)) return;
    this.told.add(kind);
    this.write(`hook_agent: ${message.replaceAll(/\s*[\r\n]+\s*/g, " ")}\n`);
  }
}

/** Synchronous, so that a line written right before the process ends is not lost. */
function writeToStderr(line: string): void {
  try {
    writeSync(2, line);
  } catch {
    // A closed or full stderr is no reason to disturb the agent.
  }
}
