import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test as base } from "vitest";
import { freshFolder, runCli, type Folder } from "../cli-fixture.js";
import { cli, url } from "./testing/home.js";

const test = base.extend<Folder>(freshFolder);
const page = readFileSync(new URL("../../../docs/opentelemetry.md", import.meta.url), "utf8");

/** The variables that a shell has after it has evaluated these lines. */
function evaluated(exports: string): string[] {
  const script = 'eval "$1"; env | grep ^OTEL_ | sort';
  return execFileSync("sh", ["-c", script, "sh", exports], { encoding: "utf8", env: { PATH: process.env["PATH"] } })
    .trim()
    .split("\n");
}

test("connect otel prints what a shell evaluates, metrics since the last export among it", async ({ folder }) => {
  const { stdout } = await cli(folder, "connect", "otel", "--session", "s1");
  expect(evaluated(stdout)).toEqual([
    `OTEL_EXPORTER_OTLP_ENDPOINT=${url}`,
    "OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE=delta",
    "OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf",
    "OTEL_LOGS_EXPORTER=otlp",
    "OTEL_METRICS_EXPORTER=otlp",
    "OTEL_RESOURCE_ATTRIBUTES=session.id=s1",
    "OTEL_TRACES_EXPORTER=otlp",
  ]);
});

test("without a session it shows how one is named, and the guide has the same block", async () => {
  const { stdout } = await runCli(["connect", "otel"]);
  expect(stdout).toContain("\n# export OTEL_RESOURCE_ATTRIBUTES=session.id=my-session ");
  expect(evaluated(stdout).join()).not.toContain("RESOURCE_ATTRIBUTES");
  expect(page).toContain(`\n${stdout}opentelemetry-instrument `);
});
