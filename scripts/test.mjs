// `npm test`: set up, build, check, and run every test with coverage. The last line says how many passed and failed.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runChecks } from "./check.mjs";
import { canInstall, ensureSystemParts } from "./system-parts.mjs";
import { ensureInstalled, nodePath, root, run, runMain, step } from "./setup.mjs";

await runMain(async (args) => {
  await ensureInstalled();
  await ensureSystemParts();
  const checks = await step("Checking", runChecks);
  const tests = await step("Testing", () => runTests(args));
  const passed = checks.passed + tests.passed;
  const failed = checks.failed + tests.failed;
  for (const problem of tests.problems) console.log(problem);
  console.log(`${passed} passed, ${failed} failed${tests.skipped > 0 ? `, ${tests.skipped} skipped` : ""}`);
  return failed === 0 ? 0 : 1;
});

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
  const pending = numPendingTests + numTodoTests;
  const problems = [];
  // What this machine could run has to run; elsewhere a skipped test is named and no more.
  const wrongly = canInstall() ? pending : 0;
  if (wrongly > 0) problems.push(`${wrongly} tests were skipped that this machine can run; they count as failed.`);
  if (passed === 0) problems.push("No test ran.");
  let failed = numFailedTests + wrongly + (passed === 0 ? 1 : 0);
  if (code !== 0 && failed === 0) {
    failed = 1;
    problems.push("vitest failed apart from single tests; see above.");
  }
  return { passed, failed, skipped: pending - wrongly, problems };
}

function readReport(file) {
  try {
    return JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return undefined;
  }
}
