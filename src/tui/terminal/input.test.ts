import { PassThrough } from "node:stream";
import { expect, test, vi } from "vitest";
import { openKeyboard } from "./input.js";

function open() {
  const terminal = new PassThrough();
  const onBackground = vi.fn<(color: string) => void>();
  const keyboard = openKeyboard(terminal, onBackground);
  let typed = "";
  keyboard.stdin.setEncoding("utf8");
  keyboard.stdin.on("data", (chunk: string) => (typed += chunk));
  return { terminal, keyboard, onBackground, typed: () => typed };
}

test("keeps the terminal's answer out of what was typed, however it is cut", async () => {
  const { terminal, onBackground, typed } = open();
  for (const piece of ["j", "k\u001b]", "11;rgb:1e1e/", "1e1e/1e1e\u001b", "\\l", "\u001b[A"]) terminal.write(piece);
  await vi.waitFor(() => expect(typed()).toBe("jkl\u001b[A"));
  expect(onBackground).toHaveBeenCalledExactlyOnceWith("rgb:1e1e/1e1e/1e1e");
});

test("lets through what only looked like an answer", async () => {
  const { terminal, onBackground, typed } = open();
  terminal.write("x\u001b]1");
  await vi.waitFor(() => expect(typed()).toBe("x\u001b]1"));
  expect(onBackground).not.toHaveBeenCalled();
});

test("reads nothing while another program has the terminal", async () => {
  const { terminal, keyboard, typed } = open();
  keyboard.pause();
  terminal.write("for the pager");
  expect(terminal.listenerCount("data")).toBe(0);
  terminal.read();
  keyboard.resume();
  terminal.write("q");
  await vi.waitFor(() => expect(typed()).toBe("q"));
});
