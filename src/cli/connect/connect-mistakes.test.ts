import { readdirSync } from "node:fs";
import { expect, test as base } from "vitest";
import { freshFolder, type Folder } from "../cli-fixture.js";
import { cli } from "./testing/home.js";

const test = base.extend<Folder>(freshFolder);
const known = "claude-code, codex, gemini, otel";

test.for([
  ["connect cursor", `There is no agent 'cursor'. There are ${known}.`],
  ["connect Claude", `There is no agent 'Claude'. There are ${known}. Did you mean claude-code?`],
  ["connect gemini-cli", `There is no agent 'gemini-cli'. There are ${known}. Did you mean gemini?`],
  ["connect codex --session s", "Codex names its sessions itself; leave --session out."],
  ["connect gemini --http", "Gemini CLI has no HTTP hooks; leave --http out."],
  ["connect otel --managed", "otel writes no settings, it prints an environment; leave --managed out."],
  ["connect", "missing required argument 'agent'. See --help."],
  ["disconnect otel", "Nothing was written for otel: unset the OTEL_ variables where you set them."],
] as const)("says what to do instead of '%s', and writes nothing", async ([line, message], { folder }) => {
  const { code, stderr } = await cli(folder, ...line.split(" "));
  expect({ code, stderr }).toEqual({ code: 2, stderr: `claude-sessions: ${message}\n` });
  expect(readdirSync(folder)).toEqual([]);
});
