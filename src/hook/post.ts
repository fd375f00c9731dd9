import { openWire } from "./wire.js";

export interface Answer {
  status: number;
  body: string;
}

interface Post {
  /** Default POST. */
  method?: "GET" | "POST";
  url: URL;
  headers: Record<string, string>;
  body: Buffer;
  /** Milliseconds until it is given up. */
  timeoutMs: number;
}

/**
 * Posts JSON over a bare socket: `node:http` takes longer to load than the whole exchange lasts.
 * Resolves to undefined where nobody answers in time.
 */
export async function post(request: Post): Promise<Answer | undefined> {
  const deadline = performance.now() + request.timeoutMs;
  for (const host of addressesOf(request.url)) {
    const answer = await exchange(host, request, deadline - performance.now());
    if (answer !== "refused") return answer;
  }
  return undefined;
}

/** `localhost` without the name lookup, which costs a thread and milliseconds. */
function addressesOf({ hostname }: URL): string[] {
  if (hostname === "localhost") return ["127.0.0.1", "::1"];
  return [hostname.replace(/^\[|\]$/g, "")];
}

function exchange(host: string, request: Post, timeoutMs: number): Promise<Answer | undefined | "refused"> {
  const { url } = request;
  const secure = url.protocol === "https:";
  return new Promise((resolve) => {
    const chunks: Buffer[] = [];
    const end = (answer: Answer | undefined | "refused") => {
      clearTimeout(timer);
      wire.destroy();
      resolve(answer);
    };
    const timer = setTimeout(end, Math.max(0, timeoutMs), undefined);
    const wire = openWire(host, Number(url.port || (secure ? 443 : 80)), secure, {
      data(chunk) {
        chunks.push(chunk);
        const answer = parseAnswer(Buffer.concat(chunks), false);
        if (answer !== undefined) end(answer);
      },
      over: (connected) => end(connected ? parseAnswer(Buffer.concat(chunks), true) : "refused"),
    });
    wire.write(requestBytes(request));
  });
}

function requestBytes({ method = "POST", url, headers, body }: Post): Buffer {
  const lines = [
    `${method} ${url.pathname}${url.search} HTTP/1.1`,
    `Host: ${url.host}`,
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
    `Content-Length: ${body.length}`,
    "Connection: close",
  ];
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\n\r\n`), body]);
}

/** An HTTP/1.1 answer (RFC 9112) once it is whole; `closed` says that no more bytes come. */
export function parseAnswer(bytes: Buffer, closed: boolean): Answer | undefined {
  const headEnd = bytes.indexOf("\r\n\r\n");
  if (headEnd === -1) return undefined;
  const head = bytes.toString("latin1", 0, headEnd);
  const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(head)?.[1]);
  if (!status) return undefined;
  const rest = bytes.subarray(headEnd + 4);
  if (status < 200) return parseAnswer(rest, closed);
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (/\r\ntransfer-encoding: *chunked/i.test(head)) return chunked(rest, status, closed);
  if (status === 204) return { status, body: "" };
  if (length !== undefined && rest.length >= Number(length)) {
    return { status, body: rest.toString("utf8", 0, Number(length)) };
  }
  return closed ? { status, body: rest.toString() } : undefined;
}

function chunked(bytes: Buffer, status: number, closed: boolean): Answer | undefined {
  const parts: Buffer[] = [];
  let at = 0;
  for (;;) {
    const lineEnd = bytes.indexOf("\r\n", at);
    const size = lineEnd === -1 ? Number.NaN : Number.parseInt(bytes.toString("latin1", at, lineEnd), 16);
    const start = lineEnd + 2;
    if (size === 0) return { status, body: Buffer.concat(parts).toString() };
    if (!(start + size <= bytes.length)) return closed ? { status, body: Buffer.concat(parts).toString() } : undefined;
    parts.push(bytes.subarray(start, start + size));
    at = start + size + 2;
  }
}
