import { parentPort, workerData } from "node:worker_threads";
import { IndexService } from "./index-service.js";
import type { WorkerMessage, WorkerRequest, WorkerSettings } from "./protocol.js";

/** Entry point of the worker thread: the index lives here, and the main thread only talks to it. */
const port = parentPort!;
const service = new IndexService(workerData as WorkerSettings, (message: WorkerMessage) => port.postMessage(message));
port.on("message", (request: WorkerRequest) => {
  void service.handle(request).then(() => {
    if (request.operation === "close") port.close();
  });
});
