import { expect, test } from "vitest";
import { span } from "../text/line.js";
import { backgroundOfEnv, parseBackground } from "./background.js";
import { colorDepth } from "./color-depth.js";
import { createTheme } from "./theme.js";

test("takes the depth from the environment, and NO_COLOR before all", () => {
  expect(colorDepth({ TERM: "xterm-256color", COLORTERM: "truecolor", NO_COLOR: "1" })).toBe(0);
  expect(colorDepth({ TERM: "dumb" })).toBe(0);
  expect(colorDepth({ TERM: "xterm-256color", COLORTERM: "truecolor" })).toBe(24);
  expect(colorDepth({ TERM: "tmux-256color" })).toBe(8);
  expect(colorDepth({ TERM: "xterm" })).toBe(4);
  expect(colorDepth({ TERM: "xterm", NO_COLOR: "" })).toBe(4);
});

test("reads a terminal's background in each of its spellings", () => {
  expect(parseBackground("rgb:ffff/ffff/ffff")).toBe("light");
  expect(parseBackground("rgb:1e1e/1e1e/2e2e")).toBe("dark");
  expect(parseBackground("rgb:f/f/e")).toBe("light");
  expect(parseBackground("rgba:00/00/00/ff")).toBe("dark");
  expect(parseBackground("white")).toBeUndefined();
});

test("reads COLORFGBG where the terminal gives no answer", () => {
  expect(backgroundOfEnv("0;15")).toBe("light");
  expect(backgroundOfEnv("15;default;0")).toBe("dark");
  expect(backgroundOfEnv("12;8")).toBe("dark");
  expect(backgroundOfEnv(undefined)).toBeUndefined();
});

test("paints in the colours that the terminal has", () => {
  const line = [span("failed", "bad")];
  expect(createTheme(24, "dark").paint(line)).toBe("\u001b[1;38;2;238;127;134mfailed\u001b[0m");
  expect(createTheme(8, "dark").paint(line)).toBe("\u001b[1;38;5;210mfailed\u001b[0m");
  expect(createTheme(4, "light").paint(line)).toBe("\u001b[1;31mfailed\u001b[0m");
  expect(createTheme(0, "dark").paint(line)).toBe("\u001b[1mfailed\u001b[0m");
});

test("gives a selected row a ground, without colours by inversion", () => {
  expect(createTheme(8, "light").paint([span("row")], "selected")).toBe("\u001b[48;5;189mrow\u001b[0m");
  expect(createTheme(0, "light").paint([span("row")], "selected")).toBe("\u001b[7mrow\u001b[0m");
});
