import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test as base } from "vitest";
import { freshFolder, type Folder } from "../cli-fixture.js";
import { version } from "../version.js";
import { cli } from "./testing/home.js";

const test = base.extend<Folder>(freshFolder);
const page = readFileSync(new URL("../../../docs/agents/claude-code.md", import.meta.url), "utf8");
const dockerfile = /^```dockerfile\n(.*?)^```$/ms.exec(page)![1]!.replaceAll("\\\n", " ");

test("the Dockerfile of the guide installs the package, and what it copies is what its command writes", async ({
  folder,
}) => {
  const [, copied, installed] = /^COPY (\S+) \/tmp\/\nRUN npm install --global \/tmp\/(\S+) +&& /m.exec(dockerfile)!;
  expect(installed).toBe(copied);
  expect(`claude-sessions-${version}.tgz`).toMatch(new RegExp(`^${copied!.replace("*", ".*")}$`));
  const words = /&& claude-sessions (.*)$/m.exec(dockerfile)![1]!.split(" ");
  const root = words[words.indexOf("--root") + 1]!;
  expect(dockerfile).toContain(`COPY --from=claude-sessions ${root}/ /\n`);
  const image = join(folder, "image");
  expect((await cli(folder, ...words.map((word) => (word === root ? image : word)))).code).toBe(0);
  const settings = readFileSync(join(image, "etc/claude-code/managed-settings.d/50-claude-sessions.json"), "utf8");
  const script = /\/bin\/sh (\/etc\/\S+\.sh) claude-code http:\/\/sessions:9000/.exec(settings)![1]!;
  expect(existsSync(join(image, script))).toBe(true);
});
