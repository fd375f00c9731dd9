import { expect, test } from "vitest";
import { firstFrame } from "./first-frame.js";

const frame = { env: { NO_COLOR: "1" }, sessionId: undefined, place: "http://localhost:9000", columns: 60, rows: 16 };

function drawn(change: Partial<Parameters<typeof firstFrame>[0]> = {}): string[] {
  return firstFrame({ ...frame, ...change })
    .split(/\u001b\[\d*;?\d*H/)
    .map((text) => text.replaceAll(/\u001b\[[\d;]*m/g, ""));
}

test("names the program, or the session, and where it looks, and leaves the cursor at the top", () => {
  const [header, footer, rest] = drawn();
  expect(header).toMatch(/^ claude-sessions +○ connecting {2}localhost:9000$/);
  expect(header).toHaveLength(59);
  expect(footer).toBe(` ? keys${" ".repeat(53)}`);
  expect(rest).toBe("");
  expect(drawn({ sessionId: "shop" })[0]).toMatch(/^ shop +○ connecting {2}localhost:9000$/);
});

test("leaves out what does not fit", () => {
  expect(drawn({ place: `/${"x".repeat(80)}` })[0]).toMatch(/^ claude-sessions +○ connecting {2}$/);
  expect(drawn({ sessionId: "s".repeat(128), columns: 40 })[0]!.trimEnd()).toHaveLength(40);
});
