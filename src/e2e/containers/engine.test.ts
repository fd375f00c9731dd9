import { chmodSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../testing/temporary-folder.js";
import { findEngine } from "./engine.js";

/** A PATH that holds these programs alone, each a shell script. */
function programs(folder: string, scripts: Record<string, string>) {
  for (const [name, script] of Object.entries(scripts)) {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  }
  return { env: { PATH: folder } };
}

const compose2 = 'if [ "$1" = compose ]; then echo "Docker Compose version v2.40.1"; fi';
const withoutCompose = 'if [ "$1" = compose ]; then echo "docker: unknown command: docker compose" >&2; exit 1; fi';
const compose1 = 'echo "docker-compose version 1.29.2, build unknown"';

test("Compose as a plugin of docker comes first", async () => {
  using folder = temporaryFolder();
  const found = await findEngine(programs(folder.path, { docker: compose2, "docker-compose": compose1 }));
  expect(found).toEqual({
    program: "docker",
    compose: ["docker", "compose"],
    description: "docker compose 2.40.1",
  });
});

test("docker-compose is taken where docker has no plugin", async () => {
  using folder = temporaryFolder();
  const found = await findEngine(programs(folder.path, { docker: withoutCompose, "docker-compose": compose1 }));
  expect(found).toEqual({ program: "docker", compose: ["docker-compose"], description: "docker-compose 1.29.2" });
});

test("podman is taken where docker does not answer", async () => {
  using folder = temporaryFolder();
  const down = "echo 'Cannot connect to the Docker daemon' >&2; exit 1";
  const podman = 'if [ "$1" = compose ]; then exit 125; fi';
  const scripts = { docker: down, "docker-compose": compose1, podman, "podman-compose": 'echo "podman-compose 1.5.0"' };
  const found = await findEngine(programs(folder.path, scripts));
  expect(found).toMatchObject({ program: "podman", description: "podman-compose 1.5.0" });
});

test("where there is none, it says why each is none and what else to do", async () => {
  using folder = temporaryFolder();
  const finding = findEngine(programs(folder.path, { docker: "echo 'permission denied' >&2; exit 1" }));
  await expect(finding).rejects.toMatchObject({ code: "usage", message: expect.stringContaining("--no-docker") });
  await expect(finding).rejects.toMatchObject({
    message: expect.stringContaining("docker compose: permission denied"),
  });
});
