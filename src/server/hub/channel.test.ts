import { PassThrough } from "node:stream";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Budget } from "./budget.js";
import { Channel } from "./channel.js";
import type { LogPage, ReadLog } from "./log-source.js";
import { Peer } from "./peer.js";
import type { Subscription } from "./subscription.js";

/** A log of lines `1`, `2`, … whose reads are answered when the test says so, in any order. */
function heldLog() {
  const held: (() => void)[] = [];
  let end = 0;
  const read: ReadLog = (after, upTo, limit) => {
    const last = Math.min(after + Math.min(limit, 3), upTo, end);
    const seqs = Array.from({ length: Math.max(0, last - after) }, (_, n) => after + n + 1);
    const lines = Buffer.from(seqs.map((seq) => `{"type":"action","sessionId":"s","seq":${seq}}\n`).join(""));
    const page: LogPage = { lines, count: seqs.length, next: seqs.at(-1) ?? after, more: last < Math.min(upTo, end) };
    return new Promise((resolve) => held.push(() => resolve(page)));
  };
  return {
    read,
    append: (count: number) => (end += count),
    answer: (index: number) => held.splice(index % Math.max(1, held.length), 1)[0]?.(),
    get waiting() {
      return held.length;
    },
  };
}

function reader(position: number) {
  const out = new PassThrough({ highWaterMark: 60 });
  const peer = new Peer("sse", out, null, { probe: () => {}, end: () => {}, destroy: () => {} });
  const seqs: number[] = [];
  const subscription: Subscription = { peer, filter: undefined, position, feeding: false, closed: false };
  const drain = () => {
    const text = String(out.read() ?? "");
    for (const [, id] of text.matchAll(/^id: (\d+)$/gm)) seqs.push(Number(id));
  };
  return { subscription, seqs, drain, out, start: position };
}

const step = fc.oneof(
  fc.record({ kind: fc.constant("append" as const), n: fc.integer({ min: 1, max: 5 }) }),
  fc.record({ kind: fc.constant("answer" as const), n: fc.nat(3) }),
  fc.record({ kind: fc.constant("join" as const), n: fc.nat(30) }),
  fc.record({ kind: fc.constant("drain" as const), n: fc.nat(3) }),
);

test("whatever the order of commits, reads, joins and drains, every reader gets each event once and in order", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const log = heldLog();
      const context = {
        budget: new Budget(100),
        prepare: async () => {},
        onReadError: (error: Error) => {
          throw error;
        },
        onBusy: () => {},
      };
      const channel = new Channel(log.read, 0, context);
      const readers: ReturnType<typeof reader>[] = [];
      let head = 0;
      const take = (one: ReturnType<typeof reader>) => {
        one.drain();
        void channel.feed(one.subscription);
      };
      for (const { kind, n } of steps) {
        if (kind === "append") {
          channel.raise((head = log.append(n)));
          void channel.advance();
        } else if (kind === "answer") log.answer(n);
        else if (kind === "join") {
          const joined = reader(Math.min(n, head));
          readers.push(joined);
          channel.add(joined.subscription);
        } else if (readers.length > 0) take(readers[n % readers.length]!);
        await new Promise(setImmediate);
      }
      for (let quiet = 0; quiet < 3; quiet = log.waiting === 0 ? quiet + 1 : 0) {
        while (log.waiting > 0) {
          log.answer(0);
          await new Promise(setImmediate);
        }
        readers.forEach(take);
        await new Promise(setImmediate);
      }
      for (const { seqs, start } of readers) {
        expect(seqs).toEqual(Array.from({ length: head - start }, (_, n) => start + n + 1));
      }
      expect(channel.lag).toBe(0);
    }),
    { numRuns: 150 },
  );
});
