import { expect, test } from "vitest";
import { resolveWorker } from "./worker-file.js";

test.each([
  ["file:///app/dist/cli.js", "file:///app/dist/index-worker.js"],
  ["file:///app/dist/chunks/store-AB.js", "file:///app/dist/index-worker.js"],
  ["file:///home/dist/app/src/storage/index/worker-file.ts", "file:///home/dist/app/dist/index-worker.js"],
  ["file:///single/bundle.js", "file:///single/index-worker.js"],
])("from %s the worker is %s", (from, worker) => {
  expect(resolveWorker(from).href).toBe(worker);
});
