import { fileURLToPath } from "node:url";
import { execa } from "execa";
import { listeningUrl } from "./listening.js";

const launcher = fileURLToPath(new URL("../../bin/claude-sessions.js", import.meta.url));

export interface ServerProcess {
  url: string;
  pid: number;
  /** Ends it as a person would; resolves with its exit code. */
  stop(): Promise<number | undefined>;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
}

/** `claude-sessions serve` as a process of its own, on a free port unless one is given. */
export async function startServerProcess(
  storage: string,
  { port = 0, args = [] as string[] } = {},
): Promise<ServerProcess> {
  const server = execa("node", [launcher, "serve", "--port", String(port), "--storage", storage, ...args], {
    reject: false,
    buffer: false,
    stderr: "ignore",
    env: { NODE_EXTRA_CA_CERTS: "" },
  });
  const end = async (signal: "SIGTERM" | "SIGKILL") => {
    server.kill(signal);
    return (await server).exitCode;
  };
  return {
    url: await listeningUrl(server.stdout),
    pid: server.pid!,
    stop: () => end("SIGTERM"),
    kill: async () => void (await end("SIGKILL")),
  };
}
