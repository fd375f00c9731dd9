import { expect, test } from "vitest";
import { scenarioNames } from "../e2e/scenarios/scenarios.js";
import { runCli } from "./cli-fixture.js";

test("a scenario that is none is named with those that there are", async () => {
  const { code, stderr } = await runCli(["e2e", "--scenario", "customer,coffee"]);
  expect(code).toBe(2);
  expect(stderr).toContain(`There is no scenario 'coffee'. There are: ${scenarioNames.join(", ")}.`);
});

test("the help names every scenario", async () => {
  const { stdout } = await runCli(["e2e", "--help"]);
  for (const name of scenarioNames) expect(stdout).toContain(name);
});

test("a base image is for node or for python", async () => {
  const { code, stderr } = await runCli(["e2e", "--base-image", "debian"]);
  expect(code).toBe(2);
  expect(stderr).toContain("node=IMAGE or python=IMAGE");
});

test("without an engine it says what else to do", async () => {
  const { code, stderr } = await runCli(["e2e"], { env: { PATH: "/nowhere" } });
  expect(code).toBe(2);
  expect(stderr).toContain("--no-docker");
});
