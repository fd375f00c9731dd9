import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { temporaryFolder } from "../../src/testing/temporary-folder.js";
import type { JsonValue } from "./src/json.js";
import { createRedact } from "./src/redact.js";
import { runCase, type Case } from "./testing/case.js";

const contract = join(import.meta.dirname, "..", "contract");
const cases = readdirSync(join(contract, "cases")).map((name) => basename(name, ".json"));

interface RedactionCase {
  name: string;
  value: JsonValue;
  redacted?: JsonValue;
}

let printed: ReturnType<typeof vi.spyOn>;

beforeEach(() => {
  printed = vi.spyOn(process.stdout, "write");
});

afterEach(() => {
  printed.mockRestore();
});

test.each(cases)("does as the contract case %s says", async (name) => {
  using folder = temporaryFolder();
  const contractCase = read<Case>(`cases/${name}.json`);
  expect(await runCase(contractCase, folder.path), contractCase.about).toEqual([]);
  expect(printed, "nothing may be written to stdout").not.toHaveBeenCalled();
});

test.each(read<RedactionCase[]>("redaction-cases.json"))("redacts: $name", ({ value, redacted = value }) => {
  expect(createRedact(true)(value)).toEqual(redacted);
});

/** Made-up secrets are written with a mark in them, so that nobody takes them for real ones. */
function read<T>(name: string): T {
  return JSON.parse(readFileSync(join(contract, name), "utf8").replaceAll("¦", "")) as T;
}
