import { appendFileSync, renameSync, statSync } from "node:fs";
import { join } from "node:path";
import type { JsonValue } from "../json.js";

const maxBytes = 4 * 1024 * 1024;

export interface DeadLetter {
  at: string;
  /** The server's code, or the agent's own word. */
  code: string;
  /** Of the refusal; null where no server was asked. */
  status: number | null;
  message: string;
  event: JsonValue;
}

/** What can never be stored, kept for a person to read. */
export class DeadLetters {
  readonly path: string;
  private readonly older: string;

  constructor(folder: string) {
    this.path = join(folder, "dead-letter.jsonl");
    this.older = join(folder, "dead-letter.1.jsonl");
  }

  /** @returns whether they were written */
  add(letters: readonly DeadLetter[]): boolean {
    try {
      if ((statSync(this.path, { throwIfNoEntry: false })?.size ?? 0) > maxBytes) renameSync(this.path, this.older);
      const lines = letters.map((letter) => `${JSON.stringify(letter)}\n`).join("");
      appendFileSync(this.path, lines, { mode: 0o600 });
      return true;
    } catch {
      return false;
    }
  }
}
