// `npm test`: set up, build, check, run every test with coverage, then the three agents end to end. The last line says
// how many passed and failed. With arguments, which go to vitest, without the end-to-end suite.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ensureAgents } from "./agents.mjs";
import { runChecks } from "./check.mjs";
import { runEndToEnd } from "./docker.mjs";
import { ensurePython, runPythonTests } from "./python.mjs";
import { canInstall, ensureSystemParts } from "./system-parts.mjs";
import { ensureInstalled, nodePath, root, run, runMain, step } from "./setup.mjs";

await runMain(async (args) => {
  await ensureInstalled();
  await ensureSystemParts();
  const hasPython = await ensurePython();
  for (const name of await ensureAgents()) console.log(`${name} could not be installed; its tests are skipped.`);
  const results = [await step("Checking", runChecks), await step("Testing", () => runTests(args))];
  if (hasPython) results.push(await step("Testing the Python client", () => runPythonTests()));
  else console.log("There is no Python of the version needed; the tests of the Python client are skipped.");
  if (hasPython && args.length === 0) results.push(await runEndToEnd());
  return report(results);
});

/** Prints the sums. What this machine could run has to run: a test that was skipped here counts as failed. */
function report(results) {
  const sum = (name) => results.reduce((total, result) => total + (result[name] ?? 0), 0);
  const [passed, skipped] = [sum("passed"), sum("skipped")];
  const wrongly = canInstall() ? skipped : 0;
  for (const problem of results.flatMap(({ problems = [] }) => problems)) console.log(problem);
  if (wrongly > 0) console.log(`${wrongly} tests were skipped that this machine can run; they count as failed.`);
  const failed = sum("failed") + wrongly;
  console.log(`${passed} passed, ${failed} failed${skipped > wrongly ? `, ${skipped} skipped` : ""}`);
  return failed === 0 ? 0 : 1;
}

async function runTests(args) {
  const folder = mkdtempSync(join(tmpdir(), "claude-sessions-test-"));
  try {
    const report = join(folder, "report.json");
    const vitest = join(root, "node_modules", "vitest", "vitest.mjs");
    const reporters = ["--reporter=default", "--reporter=json", `--outputFile.json=${report}`];
    const code = await run(nodePath(), [vitest, "run", "--coverage", ...reporters, ...args], {
      stdio: ["ignore", 1, 2],
    });
    return judge(code, readReport(report));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What vitest reports apart from single tests (coverage, a warning, an unhandled rejection) counts as one failure more. */
function judge(code, report) {
  if (report === undefined) return { passed: 0, failed: 1, skipped: 0, problems: ["vitest ended without a report."] };
  const { numPassedTests: passed, numFailedTests, numPendingTests, numTodoTests } = report;
  const problems = passed === 0 ? ["No test ran."] : [];
  if (code !== 0 && numFailedTests + problems.length === 0) {
    problems.push("vitest failed apart from single tests; see above.");
  }
  return { passed, failed: numFailedTests + problems.length, skipped: numPendingTests + numTodoTests, problems };
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}
