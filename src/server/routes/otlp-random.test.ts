import fc from "fast-check";
import { expect, test } from "vitest";
import { signals } from "../ingest/otlp/protobuf.js";
import { capturesIn, encode, send, sendBytes } from "../ingest/otlp/testing.js";
import { startTestServer } from "../testing/test-server.js";

test("no body makes it answer 5xx", async () => {
  await using server = await startTestServer();
  const exports = ["claude-code/otlp-json", "codex/otlp-json", "gemini/otlp-json"].flatMap((folder) =>
    capturesIn(folder).slice(0, 2),
  );
  const bytes = exports.map(({ signal, request }) => [signal, encode(signal, request).slice(0, 4000)] as const);
  const noise = fc.oneof(
    fc.tuple(fc.constantFrom(...signals), fc.uint8Array({ maxLength: 200 })),
    fc
      .tuple(fc.constantFrom(...bytes), fc.array(fc.tuple(fc.nat(3999), fc.nat(255)), { maxLength: 8 }))
      .map(([[signal, original], changes]) => {
        const changed = Uint8Array.from(original);
        for (const [at, byte] of changes) changed[at % changed.length] = byte;
        return [signal, changed] as const;
      }),
  );
  await fc.assert(
    fc.asyncProperty(noise, fc.boolean(), fc.boolean(), async ([signal, body], isProtobuf, gzip) => {
      expect((await sendBytes(server, signal, body, isProtobuf, gzip)).status).toBeLessThan(500);
    }),
    { numRuns: 300 },
  );
});

const traceId = "5b8efff798038103d269b633813fc60c";
const spanId = "eee19b7ec3c1b174";
const anyValue = fc.letrec((tie) => ({
  value: fc.oneof(
    { depthSize: "small" },
    fc.record({ stringValue: fc.oneof(fc.string(), fc.constantFrom("{", "[1e999]", '{"__proto__":1}')) }),
    fc.record({ intValue: fc.oneof(fc.integer(), fc.string({ maxLength: 4 }), fc.constant("99999999999999999999")) }),
    fc.record({ doubleValue: fc.oneof(fc.double(), fc.constantFrom("NaN", "Infinity")) }),
    fc.record({ arrayValue: fc.record({ values: fc.array(tie("value"), { maxLength: 3 }) }) }),
    fc.record({
      kvlistValue: fc.record({
        values: fc.array(fc.record({ key: fc.string(), value: tie("value") }), { maxLength: 3 }),
      }),
    }),
    fc.jsonValue(),
  ),
})).value;
const keys = fc.constantFrom(
  "session.id",
  "gen_ai.conversation.id",
  "conversation.id",
  "openinference.span.kind",
  "gen_ai.operation.name",
  "gen_ai.usage.input_tokens",
  "gen_ai.input.messages",
  "gen_ai.output.messages",
  "llm.token_count.prompt",
  "event.name",
  "llm.input_messages.0.message.role",
  "llm.output_messages.0.message.content",
  "tool_use_id",
  "request_id",
  "agent_id",
  "user.id",
  "metadata",
  "gen_ai.tool.call.id",
  "gen_ai.tool.call.arguments",
  "__proto__",
  "constructor",
  "call_id",
);
const words = fc.constantFrom(
  "chat",
  "LLM",
  "TOOL",
  "AGENT",
  "execute_tool",
  "invoke_agent",
  "s1",
  "a b",
  "x".repeat(300),
  "codex.tool_result",
  "claude_code.tool_result",
);
const attributes = fc.array(
  fc.record({
    key: fc.oneof(keys, fc.string()),
    value: fc.oneof(
      words.map((stringValue) => ({ stringValue })),
      anyValue,
    ),
  }),
  { maxLength: 8 },
);
const record = fc.record(
  {
    traceId: fc.constantFrom(traceId, "x", "0".repeat(32)),
    spanId: fc.constantFrom(spanId, "aaaaaaaaaaaaaaaa", ""),
    parentSpanId: fc.constantFrom(spanId, "aaaaaaaaaaaaaaaa", "", "zz"),
    name: fc.oneof(
      fc.constantFrom("claude_code.tool", "claude_code.tool.execution", "claude_code.llm_request"),
      fc.jsonValue(),
    ),
    startTimeUnixNano: fc.constantFrom("1795387669000000000", "0", "-1", "99999999999999999999", "x", 5, null),
    endTimeUnixNano: fc.constantFrom("1795387670000000000", "0", "18446744073709551615"),
    timeUnixNano: fc.constantFrom("1795387669000000000", "0"),
    status: fc.oneof(fc.record({ code: fc.constantFrom(0, 2, "STATUS_CODE_ERROR") }), fc.jsonValue()),
    body: anyValue,
    events: fc.jsonValue(),
    attributes: fc.oneof(attributes, fc.jsonValue()),
    sum: fc.record({
      aggregationTemporality: fc.constantFrom(1, 2),
      dataPoints: fc.array(fc.record({ asDouble: fc.double(), attributes })),
    }),
  },
  { requiredKeys: [] },
);

test("whatever stands in an export is stored or left out, and never fails it", async () => {
  await using server = await startTestServer();
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...signals),
      fc.array(record, { maxLength: 4 }),
      attributes,
      async (signal, records, resource) => {
        const scoped = [{ scope: { name: "s" }, spans: records, logRecords: records, metrics: records }];
        const group = [
          { resource: { attributes: resource }, scopeSpans: scoped, scopeLogs: scoped, scopeMetrics: scoped },
        ];
        const request = { resourceSpans: group, resourceLogs: group, resourceMetrics: group };
        expect(await send(server, { signal, request })).toMatchObject({ status: 200 });
      },
    ),
    { numRuns: 300 },
  );
  expect(({} as Record<string, unknown>)["type"]).toBeUndefined();
});
