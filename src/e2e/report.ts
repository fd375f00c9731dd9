/** How one scenario went. Times are milliseconds. */
export interface ScenarioReport {
  name: string;
  title: string;
  status: "passed" | "failed" | "skipped";
  /** Why it was skipped. */
  reason?: string;
  durationMs: number;
  checks: CheckReport[];
}

/** One assertion; without problems it held. */
export interface CheckReport {
  name: string;
  problems: string[];
}

export interface RunReport {
  status: "passed" | "failed";
  /** What ran the applications. */
  with: string;
  durationMs: number;
  scenarios: ScenarioReport[];
  /** The folder with all that a failure left. */
  bundle?: string;
}

/** JUnit's XML, as CI systems read it: a test case for each check. */
export function toJunit({ scenarios, durationMs }: RunReport): string {
  const suites = scenarios.map(suiteOf);
  const cases = scenarios.flatMap(({ checks }) => checks);
  const failures = cases.filter(({ problems }) => problems.length > 0).length;
  const totals = `tests="${cases.length}" failures="${failures}" time="${seconds(durationMs)}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="claude-sessions e2e" ${totals}>\n${suites.join("")}</testsuites>\n`;
}

function suiteOf({ name, status, reason, durationMs, checks }: ScenarioReport): string {
  const failures = checks.filter(({ problems }) => problems.length > 0).length;
  const skipped = status === "skipped" ? 1 : 0;
  const totals = `tests="${checks.length + skipped}" failures="${failures}" skipped="${skipped}" time="${seconds(durationMs)}"`;
  const cases = [
    ...checks.map((check) => caseOf(name, check)),
    ...(skipped > 0
      ? [
          `    <testcase classname="${xml(name)}" name="${xml(name)}"><skipped message="${xml(reason ?? "")}"/></testcase>\n`,
        ]
      : []),
  ];
  return `  <testsuite name="${xml(name)}" ${totals}>\n${cases.join("")}  </testsuite>\n`;
}

function caseOf(scenario: string, { name, problems }: CheckReport): string {
  const opening = `    <testcase classname="${xml(scenario)}" name="${xml(name)}"`;
  if (problems.length === 0) return `${opening}/>\n`;
  return `${opening}>\n      <failure message="${xml(problems[0]!)}">${xml(problems.join("\n"))}</failure>\n    </testcase>\n`;
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}

/** What XML 1.0 has no way to write is left out. */
const unwritable = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g;
const entities: Record<string, string> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

function xml(text: string): string {
  return text.replace(unwritable, "").replace(/[&<>"]/g, (character) => entities[character]!);
}
