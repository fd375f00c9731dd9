import { get, type IncomingMessage } from "node:http";
import { text } from "node:stream/consumers";
import { expect, test } from "vitest";
import type { NewEvent, SessionEvent } from "../src/core/event.js";
import { openFileStore } from "../src/storage/file/file-store.js";
import { testFolder } from "../src/storage/file/testing.js";
import { startTestServer } from "../src/server/testing/test-server.js";

const events = 600;
const pageSize = 300;

/** Records of up to 40 KB, each told from the others by every byte of its filling: pages that no socket takes at once. */
function record(index: number): NewEvent {
  const filling = String.fromCodePoint(97 + (index % 26)).repeat(1000 + ((index * 3701) % 39_000));
  return { type: index % 3 === 0 ? "response" : "action", data: { type: "note", index, filling } };
}

function isWhole({ seq, data }: SessionEvent): boolean {
  const { index, filling } = record(seq - 2).data as { index: number; filling: string };
  return data["index"] === index && data["filling"] === filling;
}

/** Resolves with the answer's head; nothing of its body is taken yet. */
function ask(port: number, query: string, accept: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const path = `/api/sessions/s/events?${query}`;
    get({ host: "127.0.0.1", port, path, headers: { accept }, agent: false }, resolve).on("error", reject);
  });
}

test("pages and exports that are read side by side hold what was stored, although they share memory", async () => {
  const path = testFolder();
  const written = await openFileStore({ path });
  await written.append(
    "s",
    Array.from({ length: events }, (_, index) => record(index)),
  );
  await written.close();
  const store = await openFileStore({ path });
  await using _closing = { [Symbol.asyncDispose]: () => store.close() };
  await using server = await startTestServer({ store });
  const asked: { answer: IncomingMessage; isExport: boolean }[] = [];
  for (let turn = 0; turn < 12; turn++) {
    const isExport = turn % 3 === 0;
    const query = `after=${isExport ? 1 : 1 + turn * 20}&limit=${pageSize}`;
    const answer = await ask(server.port, query, isExport ? "application/x-ndjson" : "application/json");
    asked.push({ answer, isExport });
  }
  for (const { answer, isExport } of asked) {
    const body = await text(answer);
    const page = (
      isExport
        ? body
            .trimEnd()
            .split("\n")
            .map((line) => JSON.parse(line) as unknown)
        : JSON.parse(body)
    ) as SessionEvent[];
    expect(page.length).toBeGreaterThan(isExport ? events - 1 : 100);
    for (const [index, event] of page.entries()) expect(event.seq).toBe(page[0]!.seq + index);
    expect(page.filter((event) => !isWhole(event)).map(({ seq }) => seq)).toEqual([]);
  }
});
