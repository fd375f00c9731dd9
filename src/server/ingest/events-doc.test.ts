import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { startTestServer } from "../testing/test-server.js";

const read = (path: string) => readFileSync(new URL(`../../../${path}`, import.meta.url), "utf8");
const blocks = [...read("docs/events.md").matchAll(/```json\n([^`]*)```/g)].map(([, block]) => block!);
const examples = blocks.flatMap((block) => block.trim().split("\n"));

test("every example of the events' page is taken by a server", async () => {
  await using server = await startTestServer();
  const headers = { "content-type": "application/x-ndjson" };
  const { status, body } = await server.call("POST", "/api/sessions/s-1/events", examples.join("\n"), { headers });
  expect([status, body.count]).toEqual([201, examples.length]);
});

test("the events' page has an example of every record that there is", () => {
  const shown = new Set(examples.map((example) => (JSON.parse(example) as { data: { type: string } }).data.type));
  const source = read("src/core/activity.ts");
  const defined = [...source.matchAll(/^ {2}type: ((?:"\w+"(?: \| )?)+);/gm)].flatMap(([, types]) =>
    types!.split(" | ").map((type) => type.replaceAll('"', "")),
  );
  const calls = /toolCallTypes = \[([^\]]*)\]/.exec(source)![1]!.match(/\w+/g)!;
  expect(defined.length).toBeGreaterThan(10);
  expect([...new Set([...defined, ...calls])].filter((type) => !shown.has(type))).toEqual([]);
});
