import { join } from "node:path";
import { isLoopback } from "../../server/hosts.js";
import type { CliContext } from "../context.js";

/** The folder that this user's hook program is kept in. */
export function userFolder({ env, home }: CliContext): string {
  return join(env["XDG_CONFIG_HOME"] || join(home, ".config"), "claude-sessions");
}

/** Where a path of the machine lies while its image is built: `root` is that image's folder, or "". */
export function under(root: string, path: string): string {
  return root === "" ? path : join(root, path);
}

/**
 * How long an agent that ends is to wait for its last telemetry to be taken, in milliseconds. To this
 * machine it is sent within one or two; the wait is for a server that hangs.
 */
export function flushMs(url: string): number {
  return isLoopback(new URL(url).hostname) ? 50 : 500;
}
