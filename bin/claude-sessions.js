#!/usr/bin/env node
// Old syntax on purpose: an older Node must get as far as being told that it is too old.
const needed = [22, 13];
const parts = process.versions.node.split(".").map(Number);

if (parts[0] < needed[0] || (parts[0] === needed[0] && parts[1] < needed[1])) {
  process.stderr.write(
    "claude-sessions needs Node " +
      needed.join(".") +
      " or newer, and this is Node " +
      process.versions.node +
      ". Install a current one from https://nodejs.org and run it again.\n",
  );
  process.exit(1);
}

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
