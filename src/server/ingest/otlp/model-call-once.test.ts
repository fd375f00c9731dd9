import { expect, test } from "vitest";
import { startTestServer } from "../../testing/test-server.js";
import { logsOf, send, spansOf, told } from "./testing.js";

const s = { "session.id": "s" };

test("counts a model call once that a span and a log record tell, and one that two instrumentations nest", async () => {
  await using server = await startTestServer();
  const counts = { "gen_ai.usage.input_tokens": 100, "gen_ai.usage.output_tokens": 20 };
  const call = { ...s, "gen_ai.operation.name": "chat", "gen_ai.request.model": "gpt-5", ...counts };
  await send(
    server,
    logsOf([{ name: "gen_ai.client.inference.operation.details", span: "1", at: 5, attributes: call }]),
  );
  await send(server, spansOf([{ id: "1", at: [0, 6], attributes: call }]));
  await send(
    server,
    spansOf([
      { id: "3", parent: "2", at: [11, 19], attributes: { ...call, "gen_ai.response.id": "r3" } },
      {
        id: "2",
        at: [10, 20],
        attributes: {
          ...s,
          "openinference.span.kind": "LLM",
          "llm.model_name": "gpt-5",
          "llm.token_count.prompt": 100,
          "llm.token_count.completion": 20,
        },
      },
    ]),
  );
  const { metadata } = (await server.call("GET", "/api/sessions/s")).body;
  expect(metadata.tokenUsage).toEqual({ input: 200, output: 40, total: 240 });
  expect(metadata.usage.calls).toBe(2);
  expect(await told(server, "s", "model_call")).toHaveLength(2);
});

test("takes the higher figures of a call that comes again with more, and counts it once", async () => {
  await using server = await startTestServer();
  const call = (output: number, more = {}) =>
    spansOf([
      {
        id: "1",
        attributes: {
          ...s,
          "gen_ai.operation.name": "chat",
          "gen_ai.request.model": "gpt-5",
          "gen_ai.usage.input_tokens": 100,
          "gen_ai.usage.output_tokens": output,
          ...more,
        },
      },
    ]);
  for (const capture of [
    call(5),
    call(20),
    call(5),
    call(20),
    call(20, { "gen_ai.usage.cost": 0.5 }),
    call(30),
    call(5),
  ]) {
    expect((await send(server, capture)).status).toBe(200);
  }
  const calls = await told(server, "s", "model_call");
  expect(calls.map(({ tokens, cost }) => [tokens, cost])).toEqual([
    [
      { input: 100, output: 5 },
      { usd: 0.000175, source: "estimate" },
    ],
    [
      { input: 100, output: 20 },
      { usd: 0.000325, source: "estimate" },
    ],
    [
      { input: 100, output: 20 },
      { usd: 0.5, source: "agent" },
    ],
  ]);
  const { metadata } = (await server.call("GET", "/api/sessions/s")).body;
  expect(metadata).toMatchObject({ tokenUsage: { input: 100, output: 20, total: 120 }, cost: 0.5 });
  expect(metadata.usage).toMatchObject({ calls: 1, costSource: "agent" });
});
