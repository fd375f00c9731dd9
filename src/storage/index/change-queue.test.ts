import { describe, expect, test, vi } from "vitest";
import type { Metadata } from "../../core/metadata.js";
import { emptySession } from "../../core/session.js";
import { ChangeQueue } from "./change-queue.js";
import type { Notice } from "./index-thread.js";
import type { BatchEntry } from "./protocol.js";

function metadata(sessionId: string, eventCount = 1): Metadata {
  return { ...emptySession(sessionId).metadata, eventCount };
}

/** A receiver that notes batches as `id:eventCount`, with `x` for deleted and `!` for replaced, and answers when told to. */
function receiver() {
  const batches: string[][] = [];
  const answers: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const send = (text: string): Promise<void> => {
    const entries = JSON.parse(text) as BatchEntry[];
    batches.push(
      entries.map(
        ({ sessionId, metadata, replaced }) => `${sessionId}:${metadata?.eventCount ?? "x"}${replaced ? "!" : ""}`,
      ),
    );
    return new Promise((resolve, reject) => answers.push({ resolve, reject }));
  };
  return { batches, answers, send };
}

describe("ChangeQueue", () => {
  test("sends the newest of each session, one batch at a time", async () => {
    const { batches, answers, send } = receiver();
    const queue = new ChangeQueue(send);
    queue.add([{ sessionId: "a", metadata: metadata("a", 1) }]);
    queue.add([
      { sessionId: "b", metadata: metadata("b", 1) },
      { sessionId: "a", metadata: metadata("a", 2) },
    ]);
    const first = queue.settled();
    queue.add([{ sessionId: "a", metadata: metadata("a", 3) }]);
    const second = queue.settled();
    expect(batches).toEqual([["a:2", "b:1"]]);
    answers[0]!.resolve();
    await first;
    await vi.waitFor(() => expect(batches).toEqual([["a:2", "b:1"], ["a:3"]]));
    answers[1]!.resolve();
    await second;
    expect(queue.isEmpty).toBe(true);
  });

  test("remembers that a session was deleted before it was made again", async () => {
    const { batches, answers, send } = receiver();
    const queue = new ChangeQueue(send);
    queue.add([
      { sessionId: "a", metadata: metadata("a", 9) },
      { sessionId: "a", metadata: null },
    ]);
    queue.add([
      { sessionId: "a", metadata: metadata("a", 1) },
      { sessionId: "a", metadata: metadata("a", 2) },
      { sessionId: "b", metadata: null },
    ]);
    const settled = queue.settled();
    answers[0]!.resolve();
    await settled;
    expect(batches).toEqual([["a:2!", "b:x"]]);
  });

  test("sends by itself after a rest", async () => {
    const { batches, answers, send } = receiver();
    const queue = new ChangeQueue(send);
    queue.add([{ sessionId: "a", metadata: metadata("a") }]);
    expect(batches).toEqual([]);
    await vi.waitFor(() => expect(batches).toEqual([["a:1"]]));
    queue.add([{ sessionId: "b", metadata: metadata("b") }]);
    answers[0]!.resolve();
    await vi.waitFor(() => expect(batches).toHaveLength(2));
    answers[1]!.resolve();
  });

  test("splits what is too much for one batch, and settles behind the last of it", async () => {
    const sent: number[] = [];
    const queue = new ChangeQueue(async (text) => void sent.push((JSON.parse(text) as BatchEntry[]).length));
    queue.add(Array.from({ length: 1100 }, (_, at) => ({ sessionId: `s-${at}`, metadata: metadata(`s-${at}`) })));
    await queue.settled();
    expect(sent).toEqual([500, 500, 100]);
  });

  test("keeps what was refused, lets those who wait go on, and sends it again with what came since", async () => {
    vi.useFakeTimers();
    try {
      const { batches, answers, send } = receiver();
      const notices: Notice[] = [];
      const queue = new ChangeQueue(send, (notice) => notices.push(notice));
      queue.add([
        { sessionId: "a", metadata: null },
        { sessionId: "b", metadata: metadata("b", 1) },
        { sessionId: "c", metadata: metadata("c") },
      ]);
      const settled = queue.settled();
      queue.add([
        { sessionId: "a", metadata: metadata("a", 1) },
        { sessionId: "b", metadata: metadata("b", 2) },
        { sessionId: "d", metadata: metadata("d") },
      ]);
      answers[0]!.reject(new Error("disk full"));
      await settled;
      await queue.settled();
      expect(() => queue.throwIfFailing()).toThrow(expect.objectContaining({ code: "index_unavailable" }));
      await vi.advanceTimersByTimeAsync(1000);
      expect(batches[1]).toEqual(["a:1!", "b:2", "c:1", "d:1"]);
      answers[1]!.reject(new Error("disk full"));
      await vi.advanceTimersByTimeAsync(1000);
      answers[2]!.resolve();
      await vi.advanceTimersByTimeAsync(0);
      queue.throwIfFailing();
      expect(notices).toMatchObject([{ level: "error", detail: { error: "disk full" } }]);
    } finally {
      vi.useRealTimers();
    }
  });

  test("sends what is left when it is closed", async () => {
    const sent: string[] = [];
    const queue = new ChangeQueue(async (text) => void sent.push(text));
    queue.add([{ sessionId: "a", metadata: metadata("a") }]);
    await queue.close();
    expect(sent).toHaveLength(1);
  });
});
