import { PassThrough, type Readable } from "node:stream";
import { backgroundAnswer } from "../theme/background.js";

/** A terminal as it can be read; `process.stdin` is one. */
export interface TerminalInput extends Readable {
  isTTY?: boolean;
  setRawMode?(raw: boolean): unknown;
  ref?(): unknown;
  unref?(): unknown;
}

/** What a person types, without the answers of the terminal itself. */
export interface Keyboard {
  /** For Ink. */
  stdin: NodeJS.ReadStream;
  /** Leaves the terminal's input to another program until `resume`. */
  pause(): void;
  resume(): void;
  close(): void;
}

/** An answer may come in pieces; what could be the start of one waits this long for the rest. */
const patienceMs = 50;
const answerStart = /\u001b\](?:1(?:1(?:;[^\u0007\u001b]*\u001b?)?)?)?$/;

/**
 * Reads a terminal. Its answers to the query for its background are taken out whenever they come,
 * and handed to `onBackground`: a late one must not be taken for keys.
 */
export function openKeyboard(terminal: TerminalInput, onBackground: (color: string) => void): Keyboard {
  const keys = new PassThrough();
  let held = "";
  let timer: NodeJS.Timeout | undefined;
  const release = (): void => {
    if (held !== "") keys.write(held);
    held = "";
  };
  const take = (chunk: Buffer | string): void => {
    clearTimeout(timer);
    let text = held + String(chunk);
    held = "";
    for (let match = backgroundAnswer.exec(text); match; match = backgroundAnswer.exec(text)) {
      text = text.slice(0, match.index) + text.slice(match.index + match[0].length);
      onBackground(match[1]!);
    }
    const start = answerStart.exec(text);
    if (start) {
      held = text.slice(start.index);
      text = text.slice(0, start.index);
      timer = setTimeout(release, patienceMs);
    }
    if (text !== "") keys.write(text);
  };
  terminal.setEncoding("utf8");
  terminal.on("data", take);
  const stdin = Object.assign(keys, {
    isTTY: terminal.isTTY === true,
    setRawMode: (raw: boolean) => terminal.setRawMode?.(raw),
    ref: () => terminal.ref?.(),
    unref: () => terminal.unref?.(),
  });
  return {
    stdin: stdin as unknown as NodeJS.ReadStream,
    pause() {
      terminal.off("data", take);
      terminal.pause();
    },
    resume() {
      terminal.on("data", take);
      terminal.resume();
    },
    close() {
      clearTimeout(timer);
      terminal.off("data", take);
      terminal.pause();
      keys.end();
    },
  };
}
