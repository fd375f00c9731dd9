#!/usr/bin/env node
// Old syntax on purpose: an older Node must get as far as being told that it is too old.
const needed = [22, 13];
const parts = process.versions.node.split(".").map(Number);
// An agent runs this for every step of its own, and is never to hear of it.
const isHook = process.argv[2] === "hook" && /^[a-z]/.test(process.argv[3] || "");

if (parts[0] < needed[0] || (parts[0] === needed[0] && parts[1] < needed[1])) {
  if (isHook) process.exit(0);
  process.stderr.write(
    "claude-sessions needs Node " +
      needed.join(".") +
      " or newer, and this is Node " +
      process.versions.node +
      ". Install a current one from https://nodejs.org and run it again.\n",
  );
  process.exit(1);
}

if (isHook) {
  startHook();
} else {
  startCli();
}

function startHook() {
  process.on("uncaughtException", function () {
    process.exit(0);
  });
  require("../dist/hook.cjs");
}

function startCli() {
  import("node:module")
    .then(function (nodeModule) {
      nodeModule.enableCompileCache();
      return import("../dist/cli.js");
    })
    .then(
      function (cli) {
        return cli.run();
      },
      function (error) {
        const missing = error.code === "ERR_MODULE_NOT_FOUND" && /dist.cli\.js/.test(error.message);
        process.stderr.write(
          missing ? "claude-sessions is not built yet. Run 'npm run build' in its folder first.\n" : error.stack + "\n",
        );
        process.exit(1);
      },
    );
}
