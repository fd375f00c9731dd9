import { AppError } from "../../core/errors.js";
import { runCommand, type CommandOptions } from "../command.js";

/** What runs containers here, and what reads compose files for it. */
export interface Engine {
  program: "docker" | "podman";
  /** The command of compose, such as `docker compose`. */
  compose: readonly string[];
  description: string;
}

const choices: readonly Omit<Engine, "description">[] = [
  { program: "docker", compose: ["docker", "compose"] },
  { program: "docker", compose: ["docker-compose"] },
  { program: "podman", compose: ["podman", "compose"] },
  { program: "podman", compose: ["podman-compose"] },
];

/** The first that is there and answers. @throws AppError that says what to install where none does */
export async function findEngine(options: CommandOptions): Promise<Engine> {
  const reasons: string[] = [];
  for (const { program, compose } of choices) {
    try {
      await runCommand(program, ["info"], options);
      const [file, ...args] = compose;
      const version = await runCommand(file!, [...args, "version"], options);
      return { program, compose, description: `${compose.join(" ")} ${versionIn(version)}` };
    } catch (error) {
      options.signal?.throwIfAborted();
      reasons.push(`${compose.join(" ")}: ${firstLine((error as AppError).message)}`);
    }
  }
  throw new AppError(
    "usage",
    `Containers need Docker with Compose, or podman, and none answers here. Start one, or give '--no-docker' to run plain processes.\n${reasons.join("\n")}`,
  );
}

function versionIn(text: string): string {
  return /\d+\.\d+(\.\d+)?/.exec(text)?.[0] ?? "";
}

function firstLine(text: string): string {
  const lines = text.split("\n").filter((line) => line.trim() !== "");
  return lines.at(-1)?.slice(0, 200) ?? "";
}
