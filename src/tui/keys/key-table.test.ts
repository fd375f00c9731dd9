import { expect, test } from "vitest";
import { bindings, commandOf, type Screen } from "./key-table.js";
import { keyNames } from "./key-name.js";
import { editText } from "./edit-text.js";

test("gives every key one meaning on a screen", () => {
  for (const screen of ["list", "session"] satisfies Screen[]) {
    const here = bindings.filter((binding) => binding.screen === screen || binding.screen === "both");
    const keys = here.flatMap(({ keys }) => keys);
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  }
});

test("gives a key the meaning that it has on the screen", () => {
  expect(commandOf("list", "/")).toBe("filterText");
  expect(commandOf("session", "/")).toBe("find");
  expect(commandOf("list", "[")).toBeUndefined();
});

const noKey = { ctrl: false, meta: false, shift: false, tab: false } as Parameters<typeof keyNames>[1];

test("names special keys, and each character of what was typed at once", () => {
  expect(keyNames("", { ...noKey, upArrow: true })).toEqual(["up"]);
  expect(keyNames("", { ...noKey, tab: true, shift: true })).toEqual(["shift+tab"]);
  expect(keyNames("c", { ...noKey, ctrl: true })).toEqual(["ctrl+c"]);
  expect(keyNames("q", { ...noKey, meta: true })).toEqual(["escape", "q"]);
  expect(keyNames("jj\r\u0004G", noKey)).toEqual(["j", "j", "enter", "ctrl+d", "G"]);
});

test("edits a line as line editors do", () => {
  expect(editText("ab", "c")).toBe("abc");
  expect(editText("日本", "backspace")).toBe("日");
  expect(editText("two words", "ctrl+w")).toBe("two ");
  expect(editText("text", "ctrl+u")).toBe("");
  expect(editText("text", "up")).toBeUndefined();
});
