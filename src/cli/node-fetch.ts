import { request as httpRequest, type IncomingMessage } from "node:http";
import { request as httpsRequest } from "node:https";
import type { FetchLike, ResponseLike } from "../client/request.js";

/**
 * What the client needs of `fetch`, over `node:http`: the runtime's own takes as long to load as
 * the rest of a query takes to run.
 */
export const nodeFetch: FetchLike = (url, { method, headers, body, signal }) =>
  new Promise((resolve, reject) => {
    const target = new URL(url);
    const request = target.protocol === "https:" ? httpsRequest : httpRequest;
    const length = body === undefined ? {} : { "content-length": String(Buffer.byteLength(body)) };
    const outgoing = request(target, { method, headers: { ...headers, ...length }, signal });
    outgoing.on("response", (incoming) => resolve(toResponse(url, incoming)));
    outgoing.on("error", reject);
    outgoing.end(body);
  });

function toResponse(url: string, incoming: IncomingMessage): ResponseLike {
  const { statusCode = 0, statusMessage = "", headers } = incoming;
  return {
    url,
    ok: statusCode >= 200 && statusCode < 300,
    status: statusCode,
    statusText: statusMessage,
    headers: { get: (name) => headers[name]?.toString() ?? null },
    text: () => readText(incoming),
    body: incoming,
  };
}

async function readText(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}
