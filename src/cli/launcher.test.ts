import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { transform } from "esbuild";
import { expect, test } from "vitest";
import { version } from "./version.js";

const launcher = fileURLToPath(new URL("../../bin/claude-sessions.js", import.meta.url));

function run(nodeOptions: string[], argv: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [...nodeOptions, launcher, ...argv], { env: {} }, (error, stdout, stderr) => {
      resolve({ code: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
    });
  });
}

test("runs the built program", async () => {
  expect(await run([], ["--version"])).toEqual({ code: 0, stdout: `${version}\n`, stderr: "" });
  expect(await run([], ["sreve"])).toMatchObject({ code: 2, stdout: "" });
});

test.each(["12.22.0", "22.12.0"])("tells the user of Node %s what is needed, without a stack", async (old) => {
  const pretend = `data:text/javascript,Object.defineProperty(process.versions,"node",{value:"${old}"})`;
  const { code, stdout, stderr } = await run(["--import", pretend], ["--version"]);
  expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
  expect(stderr).toBe(
    `claude-sessions needs Node 22.13 or newer, and this is Node ${old}. Install a current one from https://nodejs.org and run it again.\n`,
  );
});

test("is written in syntax that a Node of long ago parses", async () => {
  const source = readFileSync(launcher, "utf8");
  const options = { minifyWhitespace: true, legalComments: "none", format: "esm" } as const;
  const lowered = await transform(source, { ...options, target: "es2015", supported: { "dynamic-import": true } });
  const asWritten = await transform(source, { ...options, target: "esnext" });
  expect(lowered.code).toBe(asWritten.code);
});
