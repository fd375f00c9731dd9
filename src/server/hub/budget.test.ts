import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { Budget } from "./budget.js";
import { Peer } from "./peer.js";

function peerHolding(bytes: number): { peer: Peer; out: PassThrough } {
  const out = new PassThrough({ highWaterMark: 1 });
  out.cork();
  const peer = new Peer("ws", out, null, { probe: () => {}, end: () => {}, destroy: () => {} });
  peer.write(Buffer.alloc(bytes));
  return { peer, out };
}

test("gives pages of 64 KiB until all readers together hold the budget, then of one event", () => {
  const budget = new Budget(100);
  const one = peerHolding(60);
  const two = peerHolding(60);
  budget.written(one.peer, 60);
  expect(budget.pageBytes()).toBe(64 * 1024);
  budget.written(two.peer, 60);
  expect([budget.held, budget.pageBytes()]).toEqual([120, 1]);
  budget.release(one.peer);
  budget.release(one.peer);
  expect([budget.held, budget.pageBytes()]).toEqual([60, 64 * 1024]);
});

test("counts nothing that the connection took at once", () => {
  const budget = new Budget(100);
  const { peer } = peerHolding(0);
  budget.written(peer, 500);
  expect(budget.held).toBe(0);
});
