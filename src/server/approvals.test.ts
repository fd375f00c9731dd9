import { describe, expect, test } from "vitest";
import { Approvals, type Approval, type Decision } from "./approvals.js";

const noon = Date.UTC(2026, 0, 31, 12);
const asked = { sessionId: "s", tool: "Bash", input: { command: "rm -rf build" }, message: "Permission to use Bash" };

function setUp(tell: (approval: Approval, decision: Decision) => Promise<number> = () => Promise.resolve(7)) {
  const timers = new Set<() => void>();
  const approvals = new Approvals({
    tell,
    now: () => noon,
    setTimer: (run) => {
      timers.add(run);
      return () => timers.delete(run);
    },
  });
  return { approvals, timers, expire: () => [...timers].forEach((run) => run()) };
}

describe("a request for approval", () => {
  test("is listed with what is asked and until when", () => {
    const { approvals } = setUp();
    const { approvalId } = approvals.open(asked, 60_000);
    expect(approvals.pending()).toEqual([
      { approvalId, ...asked, requestedAt: "2026-01-31T12:00:00.000Z", expiresAt: "2026-01-31T12:01:00.000Z" },
    ]);
  });

  test("is answered once the decision is in the log", async () => {
    const told = Promise.withResolvers<number>();
    const { approvals, timers } = setUp(() => told.promise);
    const { approvalId, answer } = approvals.open(asked, 60_000);
    const deciding = approvals.decide(approvalId, { decision: "deny", reason: "no" });
    expect(approvals.pending()).toEqual([]);
    expect(await Promise.race([answer, Promise.resolve("not yet")])).toBe("not yet");
    told.resolve(7);
    expect(await deciding).toMatchObject({ seq: 7, approval: { approvalId } });
    expect(await answer).toEqual({ decision: "deny", reason: "no" });
    expect(timers.size).toBe(0);
  });

  test("takes one answer: a second hears of the first", async () => {
    const { approvals } = setUp();
    const { approvalId } = approvals.open(asked, 60_000);
    const first = approvals.decide(approvalId, { decision: "allow" });
    await expect(approvals.decide(approvalId, { decision: "deny" })).rejects.toMatchObject({ code: "approval_closed" });
    await first;
    await expect(approvals.decide(approvalId, { decision: "deny" })).rejects.toThrow("was allowed already");
  });

  test("stays open where the decision could not be stored", async () => {
    let fails = true;
    const { approvals } = setUp(() => (fails ? Promise.reject(new Error("disk full")) : Promise.resolve(9)));
    const { approvalId, answer } = approvals.open(asked, 60_000);
    await expect(approvals.decide(approvalId, { decision: "allow" })).rejects.toThrow("disk full");
    expect(approvals.pending()).toHaveLength(1);
    fails = false;
    await approvals.decide(approvalId, { decision: "allow" });
    expect(await answer).toEqual({ decision: "allow" });
  });

  test("that nobody answers in time is over, and says so", async () => {
    const { approvals, expire } = setUp();
    const { approvalId, answer } = approvals.open(asked, 60_000);
    expire();
    expect(await answer).toBeUndefined();
    expect(approvals.pending()).toEqual([]);
    await expect(approvals.decide(approvalId, { decision: "allow" })).rejects.toThrow("not answered in time");
  });

  test("whose time ends while it is being answered is answered", async () => {
    const told = Promise.withResolvers<number>();
    const { approvals, expire } = setUp(() => told.promise);
    const { approvalId, answer } = approvals.open(asked, 60_000);
    const deciding = approvals.decide(approvalId, { decision: "allow" });
    expire();
    told.resolve(1);
    await deciding;
    expect(await answer).toEqual({ decision: "allow" });
  });

  test("is over when the agent goes away", async () => {
    const { approvals } = setUp();
    const { approvalId, answer, withdraw } = approvals.open(asked, 60_000);
    withdraw();
    expect(await answer).toBeUndefined();
    await expect(approvals.decide(approvalId, { decision: "allow" })).rejects.toThrow("no longer waits");
  });

  test("is refused where more wait than anyone could answer", () => {
    const { approvals } = setUp();
    for (let count = 0; count < 1000; count++) approvals.open(asked, 60_000);
    expect(() => approvals.open(asked, 60_000)).toThrow("1000 requests wait");
  });
});

test("a request that was never made is unknown", async () => {
  const { approvals } = setUp();
  await expect(approvals.decide("nope", { decision: "allow" })).rejects.toMatchObject({ code: "approval_not_found" });
});

test("closing lets every agent go on by itself", async () => {
  const { approvals } = setUp();
  const answers = [approvals.open(asked, 60_000).answer, approvals.open(asked, 60_000).answer];
  approvals.close();
  expect(await Promise.all(answers)).toEqual([undefined, undefined]);
});
