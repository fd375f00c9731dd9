import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AppError } from "../../core/errors.js";
import { runCommand } from "../command.js";
import type { Project } from "../project.js";
import type { WorldMaker } from "../world.js";
import { ContainerWorld } from "./container-world.js";
import { layOutContext } from "./context.js";
import type { Engine } from "./engine.js";

interface Options {
  project: Project;
  engine: Engine;
  env: Record<string, string | undefined>;
  model: Record<string, string> | undefined;
  /** What images are built on, where it is not the public ones. */
  baseImages: { node?: string; python?: string };
  networkCa: string | undefined;
  note(line: string): void;
  /** What a build is at. */
  status(line: string): void;
}

const publicPython = "python:3.12-slim";

/** Worlds of containers, whose images are built from the working tree; the engine keeps them for the next run. */
export function createContainerWorlds(options: Options): WorldMaker {
  const { project, engine, baseImages, networkCa, note, status } = options;
  const run = randomBytes(4).toString("hex");
  const env = {
    ...options.env,
    ...(baseImages.node !== undefined && { E2E_NODE_IMAGE: baseImages.node }),
    ...(baseImages.python !== undefined && { E2E_PYTHON_IMAGE: baseImages.python }),
  };
  let context: string | undefined;
  let composeFile = "";
  return {
    description: engine.description,
    async prepare(signal) {
      const commands = { env, signal, onLine: status };
      const pythonImage = baseImages.python ?? publicPython;
      note("packing the working tree");
      context = mkdtempSync(join(tmpdir(), "claude-sessions-e2e-context-"));
      composeFile = await layOutContext(context, project, engine, { ...commands, pythonImage, networkCa });
      note("building images");
      const [file, ...args] = engine.compose;
      const build = [...args, "-p", "claude-sessions-e2e", "-f", composeFile, "build"];
      await runCommand(file!, build, commands).catch((error: unknown) => {
        signal.throwIfAborted();
        throw notBuilt(error);
      });
    },
    async create(name, signal) {
      const world = await ContainerWorld.create({
        engine,
        composeFile,
        project: `claude-sessions-e2e-${run}-${name}`,
        env,
        model: options.model,
      });
      try {
        await world.start(signal);
        return world;
      } catch (error) {
        const logs = await world.logs().catch(() => []);
        await world.end().catch(() => {});
        for (const { name: log, text } of logs) note(`${log}\n${text.split("\n").slice(-20).join("\n")}`);
        throw error;
      }
    },
    dispose() {
      if (context !== undefined) rmSync(context, { recursive: true, force: true });
    },
  };
}

function notBuilt(error: unknown): AppError {
  const message = "The images could not be built; '--no-docker' runs the same agents as plain processes.";
  return new AppError("internal", `${message}\n${error instanceof Error ? error.message : String(error)}`, {
    cause: error,
  });
}
