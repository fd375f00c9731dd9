import { expect, test } from "vitest";
import { toJunit, type RunReport } from "./report.js";

const report: RunReport = {
  status: "failed",
  with: "docker compose 2.40.0",
  durationMs: 12_345,
  scenarios: [
    {
      name: "email",
      title: "letters",
      status: "failed",
      durationMs: 1_500,
      checks: [
        { name: "ends well", problems: [] },
        { name: "tokens <counted>", problems: ['The "log" & more.\u0000', "second"] },
      ],
    },
    { name: "restart", title: "", status: "skipped", reason: "no script", durationMs: 0, checks: [] },
  ],
};

test("a JUnit report has a case for each check, and its failures as XML can say them", () => {
  expect(toJunit(report)).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<testsuites name="claude-sessions e2e" tests="2" failures="1" time="12.345">
  <testsuite name="email" tests="2" failures="1" skipped="0" time="1.500">
    <testcase classname="email" name="ends well"/>
    <testcase classname="email" name="tokens &lt;counted&gt;">
      <failure message="The &quot;log&quot; &amp; more.">The &quot;log&quot; &amp; more.
second</failure>
    </testcase>
  </testsuite>
  <testsuite name="restart" tests="1" failures="0" skipped="1" time="0.000">
    <testcase classname="restart" name="restart"><skipped message="no script"/></testcase>
  </testsuite>
</testsuites>
`);
});
