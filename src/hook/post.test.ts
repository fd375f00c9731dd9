import { expect, test } from "vitest";
import { parseAnswer, post } from "./post.js";
import { startRecordingServer } from "./testing/recording-server.js";

const parse = (text: string, closed = false) => parseAnswer(Buffer.from(text), closed);

test("reads an answer once it is whole", () => {
  const head = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n";
  expect(parse("HTTP/1.1 200 OK\r\nConte")).toBeUndefined();
  expect(parse(`${head}{`)).toBeUndefined();
  expect(parse(`${head}{}`)).toEqual({ status: 200, body: "{}" });
});

test("reads an answer that ends with the connection", () => {
  const text = "HTTP/1.0 500 Oh\r\nX: y\r\n\r\npart";
  expect(parse(text)).toBeUndefined();
  expect(parse(text, true)).toEqual({ status: 500, body: "part" });
});

test("reads chunks, and an answer behind an interim one", () => {
  const chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n";
  expect(parse(chunked)).toEqual({ status: 200, body: "{}" });
  expect(parse(chunked.slice(0, -6))).toBeUndefined();
  expect(parse(`HTTP/1.1 103 Early Hints\r\n\r\n${chunked}`)).toEqual({ status: 200, body: "{}" });
  expect(parse("HTTP/1.1 204 No Content\r\n\r\n")).toEqual({ status: 204, body: "" });
});

test("takes what is no HTTP for no answer", () => {
  expect(parse("SSH-2.0-OpenSSH\r\n\r\n", true)).toBeUndefined();
});

test("posts to a name of this machine on whichever address listens", async () => {
  await using server = await startRecordingServer();
  const url = new URL(`http://localhost:${server.port}/hooks/x?y=z`);
  const answer = await post({ url, headers: { A: "b" }, body: Buffer.from("{}"), timeoutMs: 5_000 });
  expect(answer).toEqual({ status: 200, body: "{}" });
  expect(server.requests).toMatchObject([{ url: "/hooks/x?y=z", body: "{}", headers: { a: "b", host: url.host } }]);
});

test("gives up where nobody answers in time", async () => {
  await using server = await startRecordingServer();
  server.answer = "nothing";
  expect(await post({ url: new URL(server.url), headers: {}, body: Buffer.alloc(0), timeoutMs: 50 })).toBeUndefined();
});
