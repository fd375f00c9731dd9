// `npm start`: everything that is missing is set up, then the server runs. Arguments go to `claude-sessions serve`.
import { spawn } from "node:child_process";
import { join } from "node:path";
import { ensureBuilt } from "./build.mjs";
import { ensureInstalled, nodePath, root, runMain } from "./setup.mjs";

const signals = ["SIGINT", "SIGTERM", "SIGHUP"];
const repeatMs = 500;

await runMain(async (args) => {
  await ensureInstalled();
  await ensureBuilt();
  return serve(args);
});

/**
 * A group of its own keeps the terminal's Ctrl-C from the server, which would otherwise hear it
 * several times (from the terminal, from npm, from here) and take the second for "end at once".
 */
function serve(args) {
  const launcher = join(root, "bin", "claude-sessions.js");
  const server = spawn(nodePath(), [launcher, "serve", ...args], { stdio: "inherit", detached: true });
  const stopForwarding = forwardSignals(server);
  endWithNpm(server);
  return new Promise((resolve, reject) => {
    server.on("error", reject);
    server.on("close", (code, signal) => {
      stopForwarding();
      if (signal) process.kill(process.pid, signal);
      resolve(code);
    });
  });
}

function forwardSignals(server) {
  let last = -Infinity;
  const forward = (signal) => {
    const now = performance.now();
    if (now - last < repeatMs) return;
    last = now;
    server.kill(signal === "SIGHUP" ? "SIGTERM" : signal);
  };
  for (const signal of signals) process.on(signal, forward);
  return () => {
    for (const signal of signals) process.off(signal, forward);
  };
}

/** `kill` on npm ends npm and its shell and reaches nobody else: the server follows them. */
function endWithNpm(server) {
  if (process.env.npm_lifecycle_event === undefined) return;
  const parent = process.ppid;
  const watch = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(watch);
    server.kill("SIGTERM");
  }, 250);
  watch.unref();
}
