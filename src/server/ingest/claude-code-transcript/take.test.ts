import { expect, test } from "vitest";
import { transcriptNow, transcriptSession } from "../../testing/transcript-fixture.js";
import { hook, permission, post, pre, prompt, stop } from "../../testing/hook-session.js";
import {
  answerLine,
  at,
  costLine,
  promptLine,
  resultLine,
  systemLine,
  text,
  use,
  userLine,
} from "../../testing/transcript-lines.js";

const model = "claude-opus-5-5";
const figures = (input: number, output: number, usd: number) => ({
  [model]: { inputTokens: input, outputTokens: output, costUSD: usd },
});
const soon = (second: number) => () => Date.parse(at(second));

test("brings tokens to the agent's own total: what no line shows becomes one more record", async () => {
  const session = transcriptSession();
  const answer = answerLine(2, [text("x")], { stop: "end_turn" });
  await session.read(promptLine(1, "p"), answer, costLine(0.01, figures(1100, 60, 0.01)));
  await session.stand();
  const { metadata } = await session.session();
  expect(metadata.tokenUsage).toMatchObject({ input: 1100, output: 60 });
  expect(metadata.cost).toBeCloseTo(0.01, 9);
  expect(metadata["agentCost"]).toEqual({ usd: 0.01, source: "claude-code" });
  expect(await session.stand()).toBe(0);
  const more = answerLine(4, [text("y")], { stop: "end_turn" });
  await session.read(promptLine(3, "q"), more, costLine(0.03, figures(1300, 80, 0.03)));
  await session.stand();
  const after = (await session.session()).metadata;
  expect(after.tokenUsage).toMatchObject({ input: 1300, output: 80 });
  expect(after.cost).toBeCloseTo(0.03, 9);
});

test("shares the agent's total among the calls where the agent's prices are not the list's", async () => {
  const session = transcriptSession();
  const lines = [
    promptLine(1, "p"),
    answerLine(2, [text("x")], { output: 100 }),
    answerLine(3, [text("y")], { output: 300, stop: "end_turn" }),
    costLine(0.001, figures(200, 400, 0.001)),
  ];
  await session.read(...lines);
  await session.stand();
  const { metadata } = await session.session();
  expect(metadata.cost).toBeCloseTo(0.001, 9);
  expect(metadata["usage"]).toMatchObject({ calls: 2, costSource: "agent", models: { [model]: { output: 400 } } });
  expect(metadata.tokenUsage).toMatchObject({ input: 200, output: 400 });
  session.again();
  expect(await session.read(...lines)).toBe(0);
  expect(await session.stand()).toBe(0);
});

test("leaves the calls as they are where the agent's total does not cover them", async () => {
  const session = transcriptSession();
  await session.read(promptLine(1, "p"), answerLine(2, [text("x")]), costLine(0, figures(50, 5, 0)));
  await session.stand();
  const { metadata } = await session.session();
  expect(metadata.tokenUsage).toMatchObject({ input: 100, output: 10 });
  expect(metadata.cost).toBeGreaterThan(0);
});

test("keeps a call's price of the agent's own that telemetry told before, and fills in what telemetry lacks", async () => {
  const session = transcriptSession();
  const tokens = { input: 100, output: 10 };
  const call = {
    type: "model_call",
    source: "claude-code",
    callId: "req-2",
    model,
    tokens,
    cost: { usd: 5, source: "agent" },
  };
  const result = {
    type: "tool_result",
    source: "claude-code",
    toolCallId: "c",
    tool: "Bash",
    status: "ok",
    durationMs: 7,
  };
  await session.store.append("s-1", [
    { type: "response", data: call, eventId: "model-call:req-2" },
    { type: "response", data: result, eventId: "tool-result:c" },
  ]);
  await session.read(promptLine(1, "p"), answerLine(2, [use("c")]), resultLine(3, "c", "out"));
  const { metadata } = await session.session();
  expect([metadata.cost, metadata["usage"]]).toMatchObject([5, { calls: 1, costSource: "agent" }]);
  const results = (await session.events()).filter(({ data }) => data["type"] === "tool_result");
  expect(results.map(({ data }) => [data["result"], data["turn"], data["durationMs"]])).toEqual([
    [undefined, undefined, 7],
    ["out", "p", 7],
  ]);
  expect(metadata.tags).toEqual(["claude-code"]);
});

test("tells the text of a prompt that telemetry kept back", async () => {
  const session = transcriptSession();
  const kept = { type: "user_prompt", source: "claude-code", turn: "p", text: "<REDACTED>" };
  await session.store.append("s-1", [{ type: "action", data: kept, eventId: "prompt:p" }]);
  await session.read(promptLine(1, "p", "go"));
  session.again();
  await session.read(promptLine(1, "p", "go"));
  expect((await session.text()).filter((line) => line.startsWith("user_prompt"))).toEqual([
    'user_prompt turn="p" text="<REDACTED>"',
    expect.stringContaining('text="go"'),
  ]);
});

test("a session at work that is silent for long is lost, with what it had open; until it goes on", async () => {
  let time = Date.parse(at(60));
  const session = transcriptSession("s-1", { now: () => time });
  await session.read(promptLine(1, "p"), answerLine(2, [use("c")]));
  await session.stand();
  expect((await session.session()).metadata.liveness.status).toBe("running");
  time = transcriptNow;
  await session.stand();
  expect((await session.session()).metadata).toMatchObject({ status: "active", liveness: { status: "lost" } });
  expect((await session.text()).filter((line) => line.includes('status="lost"'))).toHaveLength(1);
  expect(await session.stand()).toBe(0);
  time = transcriptNow + 5_000;
  await session.read({
    line: { ...(resultLine(0, "c").line as object), uuid: "late", timestamp: new Date(time).toISOString() },
  });
  await session.stand();
  expect((await session.session()).metadata.liveness.status).toBe("running");
});

test("a session that has said all it had to say is idle, however long ago, and its turn is over", async () => {
  const session = transcriptSession();
  await session.read(promptLine(1, "p"), answerLine(2, [text("Done.")], { stop: "end_turn" }));
  await session.stand();
  expect((await session.session()).metadata).toMatchObject({ status: "active", liveness: { status: "idle" } });
  await session.read(systemLine(3, "turn_duration"));
  expect((await session.text()).filter((line) => line.startsWith("turn_end"))).toEqual([
    'turn_end turn="p" status="ok"',
  ]);
});

test("a session that its agent left is ended, and goes on with the next prompt", async () => {
  const session = transcriptSession();
  const done = answerLine(2, [text("Done.")], { stop: "end_turn" });
  await session.read(promptLine(1, "p"), done, costLine(0.1), costLine(0.1));
  await session.stand();
  expect((await session.session()).metadata).toMatchObject({ status: "completed", liveness: { status: "ended" } });
  await session.read(promptLine(10, "q"), answerLine(11, [use("c")]));
  expect((await session.session()).metadata.status).toBe("active");
  await session.read(costLine(0.2));
  expect((await session.session()).metadata.status).toBe("cancelled");
});

test("says nothing of when a session begins, waits and ends where hooks tell of it", async () => {
  const session = transcriptSession("s-1", { now: soon(10) });
  await session.hook(hook("SessionStart", { source: "startup" }), at(0));
  await session.hook(prompt("p"), at(1));
  await session.hook(pre("c"), at(2));
  await session.hook(permission("c"), at(2));
  await session.read(promptLine(1, "p"), answerLine(2, [use("c")]), costLine(0.1));
  await session.stand();
  expect((await session.session()).metadata).toMatchObject({ status: "active", liveness: { status: "waiting" } });
});

test("leaves liveness to the hooks, which are ahead of the transcript", async () => {
  const session = transcriptSession("s-1", { now: soon(10) });
  await session.hook(prompt("p"), at(1));
  await session.hook(stop("Done.", { prompt_id: "p" }), at(5));
  await session.read(promptLine(1, "p"), answerLine(2, [use("c")]), resultLine(3, "c"));
  await session.stand();
  expect((await session.session()).metadata.liveness.status).toBe("idle");
});

test("does not presume the loss of a result that another source told", async () => {
  const session = transcriptSession();
  const result = { type: "tool_result", source: "claude-code", toolCallId: "c", tool: "Bash", status: "ok" };
  await session.store.append("s-1", [{ type: "response", data: result, eventId: "tool-result:c" }]);
  await session.read(promptLine(1, "p"), answerLine(2, [use("c")]), promptLine(3, "q"));
  expect((await session.text()).filter((line) => line.startsWith("tool_result"))).toHaveLength(1);
});

test("takes no goal back that was told of later by others", async () => {
  const session = transcriptSession();
  const todos = (status: string) => ({ todos: [{ content: "x", status, activeForm: "x" }] });
  await session.hook(prompt("p"), at(1));
  await session.hook(post("b", "TodoWrite", todos("completed")), at(9));
  await session.read(promptLine(1, "p"), answerLine(2, [use("a", "TodoWrite", todos("pending"))]), resultLine(3, "a"));
  expect((await session.session()).state.goals).toMatchObject([{ goalId: "todo:x", status: "completed" }]);
});

test("ends what hooks said is waited for, by the result that the transcript tells before them", async () => {
  const session = transcriptSession("s-1", { now: soon(10) });
  await session.hook(prompt("p"), at(1));
  await session.hook(pre("c"), at(2));
  await session.hook(permission("c"), at(2));
  await session.read(promptLine(1, "p"), answerLine(2, [use("c")]), resultLine(3, "c"));
  await session.stand();
  await session.hook(post("c"), at(4));
  expect((await session.session()).metadata.liveness).toMatchObject({ status: "running", waitingFor: null });
  expect((await session.text()).filter((line) => line.startsWith("wait_ended"))).toHaveLength(1);
});

test("tells the same words said twice in a turn twice, whoever told the first", async () => {
  const session = transcriptSession();
  const said = (second: number) => answerLine(second, [text("Again.")]);
  await session.hook(prompt("p"), at(1));
  await session.hook(
    hook("MessageDisplay", { message_id: "m1", prompt_id: "p", index: 0, delta: "Again.", final: true }),
  );
  await session.read(promptLine(1, "p"), said(2), said(3));
  await session.hook(stop("Again.", { prompt_id: "p" }));
  const texts = (await session.events()).filter(({ data }) => data["type"] === "assistant_message");
  expect(texts).toHaveLength(2);
});

test("does not tell a late hook's messages, turns and compactions again, in whichever turn they were", async () => {
  const session = transcriptSession();
  const turn = (second: number, id: string) => [
    promptLine(second, id),
    answerLine(second + 1, [text(`Done ${id}.`)], { stop: "end_turn" }),
    systemLine(second + 2, "turn_duration"),
  ];
  const boundary = systemLine(20, "compact_boundary", { compactMetadata: { trigger: "manual" } });
  const summary = userLine(21, "Summary:\nAll so far.", { isCompactSummary: true, promptId: "r" });
  await session.read(...turn(1, "p"), ...turn(5, "q"), boundary, summary);
  const before = (await session.text()).length;
  for (const id of ["p", "q"]) {
    await session.hook(prompt(id));
    await session.hook(
      hook("MessageDisplay", { message_id: `m-${id}`, prompt_id: id, delta: `Done ${id}.`, final: true }),
    );
    await session.hook(stop(`Done ${id}.`, { prompt_id: id }));
  }
  await session.hook(hook("PostCompact", { trigger: "manual", compact_summary: "All so far.", prompt_id: "r" }));
  const after = (await session.text()).slice(before);
  expect(after.filter((line) => !line.startsWith("metadata_updated"))).toEqual([]);
});

test("redacts secrets, and knows a message by what is left of it", async () => {
  const session = transcriptSession();
  const secret = `sk-ant-api03-${"a1B2".repeat(23)}AA`;
  await session.hook(prompt("p"));
  await session.hook(hook("MessageDisplay", { message_id: "m", prompt_id: "p", delta: `Key: ${secret}`, final: true }));
  await session.read(promptLine(1, "p"), answerLine(2, [text(`Key: ${secret}`)]));
  const stored = JSON.stringify(await session.events());
  expect(stored).not.toContain(secret);
  expect(stored.match(/assistant_message/g)).toHaveLength(1);
});
