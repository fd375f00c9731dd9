import { closeSync, createReadStream, fstatSync, openSync, readSync } from "node:fs";
import { createServer, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { answerCommands } from "../program.js";

/* A log file served the plain ways: the newest lines parsed and serialised again, and the whole of it as a stream. */

const tailBytes = 256 * 1024;

function servePage(file: string, response: ServerResponse): void {
  const lines = readTail(file).trimEnd().split("\n").slice(-100);
  const body = Buffer.from(JSON.stringify(lines.map((line) => JSON.parse(line) as object)));
  response.writeHead(200, { "content-type": "application/json", "content-length": body.length }).end(body);
}

function readTail(file: string): string {
  const descriptor = openSync(file, "r");
  try {
    const { size } = fstatSync(descriptor);
    const buffer = Buffer.alloc(Math.min(tailBytes, size));
    readSync(descriptor, buffer, 0, buffer.length, size - buffer.length);
    return buffer.toString();
  } finally {
    closeSync(descriptor);
  }
}

const commands = {
  listen(file: string): Promise<number> {
    const server = createServer((request, response) => {
      if (request.url === "/page") servePage(file, response);
      else createReadStream(file).pipe(response);
    });
    return new Promise((resolve) => {
      server.listen(0, "127.0.0.1", () => resolve((server.address() as AddressInfo).port));
    });
  },
};

export type FileServerCommands = typeof commands;

answerCommands(commands);
