import { copyFileSync, cpSync, existsSync, mkdirSync, readdirSync, realpathSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { AppError } from "../../core/errors.js";
import { runCommand, type CommandOptions } from "../command.js";
import type { Project } from "../project.js";
import type { Engine } from "./engine.js";

interface ContextOptions extends CommandOptions {
  pythonImage: string;
  /** Certificates that builds need. */
  networkCa: string | undefined;
}

const leftOut = new Set(["node_modules", "__pycache__", "packages"]);

/**
 * Lays out what images are built from: a slim clone, with the packages of the working tree in it.
 * The engine knows by the content what has changed.
 *
 * @param folder an empty one
 * @returns the compose file in it
 */
export async function layOutContext(
  folder: string,
  project: Project,
  { program }: Engine,
  options: ContextOptions,
): Promise<string> {
  const [containers, deploy] = [join(folder, "test-containers"), join(folder, "deploy")];
  const packages = join(containers, "packages");
  const wanted = (path: string) => !leftOut.has(basename(path));
  cpSync(realpathSync(project.containers), containers, { recursive: true, filter: wanted });
  mkdirSync(packages);
  mkdirSync(deploy);
  copyFileSync(join(project.root, "deploy", "Dockerfile"), join(deploy, "Dockerfile"));
  // The store's image is made of its package alone.
  writeFileSync(join(folder, ".dockerignore"), "test-containers\nclient\n");
  const tarball = await packNode(project.root, packages, options);
  copyFileSync(join(packages, tarball), join(folder, tarball));
  if (options.networkCa !== undefined) {
    copyCertificates(options.networkCa, [join(folder, "ca.crt"), join(packages, "ca.crt")]);
  }
  await packPython(project, program, folder, options);
  return join(containers, "compose.yaml");
}

function copyCertificates(file: string, places: readonly string[]): void {
  if (!existsSync(file)) throw new AppError("usage", `There is no file ${file} with certificates.`);
  for (const place of places) copyFileSync(file, place);
}

async function packNode(root: string, folder: string, options: CommandOptions): Promise<string> {
  await runCommand("npm", ["pack", root, "--ignore-scripts", "--silent", "--pack-destination", folder], options);
  const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz"));
  if (tarball === undefined) throw new AppError("internal", "npm packed nothing.");
  return tarball;
}

/** The wheel is made in a container: the machine may have no Python. */
async function packPython(
  { root }: Project,
  engine: Engine["program"],
  context: string,
  options: ContextOptions,
): Promise<void> {
  const folder = join(context, "client");
  const image = "claude-sessions-e2e/client";
  mkdirSync(folder);
  for (const name of ["pyproject.toml", "README.md", "LICENSE", "src"]) {
    const wanted = (path: string) => !leftOut.has(basename(path));
    cpSync(realpathSync(join(root, "clients", "python", name)), join(folder, name), {
      recursive: true,
      filter: wanted,
    });
  }
  if (options.networkCa !== undefined) copyFileSync(options.networkCa, join(folder, "ca.crt"));
  const dockerfile = join(root, "test-containers", "wheel.Dockerfile");
  const args = ["build", "-f", dockerfile, "-t", image, "--build-arg", `BASE_IMAGE=${options.pythonImage}`, folder];
  await runCommand(engine, args, options);
  const container = (await runCommand(engine, ["create", image, "true"], options)).trim().split("\n").at(-1)!;
  try {
    await runCommand(engine, ["cp", `${container}:/wheels/.`, join(context, "test-containers", "packages")], options);
  } finally {
    await runCommand(engine, ["rm", "-f", container], { ...options, signal: undefined });
  }
}
