import { EventEmitter } from "node:events";
import { expect, test, vi } from "vitest";
import { guardTerminal, restoreSequence } from "./restore.js";

function guarded() {
  const process = Object.assign(new EventEmitter(), { exit: vi.fn<(code: number) => void>() });
  const written: string[] = [];
  const setRawMode = vi.fn<(raw: boolean) => void>();
  const onSignal = vi.fn<(code: number) => void>();
  const onCrash = vi.fn<(error: unknown) => void>();
  const guard = guardTerminal({ process, write: (text) => written.push(text), setRawMode, onSignal, onCrash });
  return { process, written, setRawMode, onSignal, onCrash, guard };
}

test("gives the terminal back before a crash is told of", () => {
  const { process, written, setRawMode, onCrash } = guarded();
  const error = new Error("boom");
  process.emit("uncaughtException", error);
  expect(written).toEqual([restoreSequence]);
  expect(setRawMode).toHaveBeenCalledExactlyOnceWith(false);
  expect(onCrash).toHaveBeenCalledExactlyOnceWith(error);
});

test.each([
  ["SIGINT", 130],
  ["SIGTERM", 143],
  ["SIGHUP", 129],
])("lets %s end the program in order, and at once the second time", (signal, code) => {
  const { process, written, onSignal } = guarded();
  process.emit(signal);
  expect(onSignal).toHaveBeenCalledExactlyOnceWith(code);
  expect(process.exit).not.toHaveBeenCalled();
  process.emit(signal);
  expect(written).toEqual([restoreSequence]);
  expect(process.exit).toHaveBeenCalledExactlyOnceWith(code);
});

test("gives the terminal back once, also where it is gone", () => {
  const { process, guard, setRawMode } = guarded();
  setRawMode.mockImplementation(() => {
    throw new Error("EIO");
  });
  guard.restore();
  process.emit("exit");
  expect(setRawMode).toHaveBeenCalledOnce();
});

test("leaves no listener behind", () => {
  const { process, guard } = guarded();
  guard.release();
  expect(process.eventNames()).toEqual([]);
});
