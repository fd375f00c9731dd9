import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import * as z from "zod";
import type { JsonObject, JsonValue } from "../../src/core/json.js";
import { startTestServer, type Answered, type TestServer } from "../../src/server/testing/test-server.js";
import { contractCaseSchema, readContractCases, type ContractCase, type ExpectedRequest } from "./contract-case.js";
import { answersOf, anyEvent, sampleOf } from "./scripted-answers.js";

/** What the cases' scripted servers answer, asked of the real one: a client that passes them can rely on it. */

const cases = readContractCases();

describe("a contract case", () => {
  test.for(cases)("$name has the form that the runners know", ({ value }) => {
    const { error } = contractCaseSchema.safeParse(value);
    expect(error?.issues ?? []).toEqual([]);
  });
});

test("case.schema.json is the form of a case", () => {
  const schema: unknown = JSON.parse(
    readFileSync(new URL("../../clients/contract/case.schema.json", import.meta.url), "utf8"),
  );
  expect(schema).toEqual(z.toJSONSchema(contractCaseSchema));
});

/** What the real server does at once, without a load on it, a full disk or a proxy before it. */
const reproducible = new Set([200, 201, 400, 404]);

describe("the real server answers as in", () => {
  test.for(cases)("$name", async ({ value }) => {
    const contractCase = contractCaseSchema.parse(value);
    await using server = await serverFor(contractCase);
    let seq = await headOf(server);
    for (const [request, answer] of answersOf(contractCase)) {
      if (answer === undefined) {
        seq = await expectAcknowledged(server, request, seq);
      } else if (reproducible.has(answer.status ?? 0)) {
        const answered = await send(server, request);
        expect(`${answered.status} ${answered.text}`).toMatch(new RegExp(`^${answer.status} `));
        expectBody(answered, answer.body);
      }
    }
  });
});

/** What is answered 200 only where the session is there already. */
const needsSession = /^(GET \/api\/s|POST \/api\/sessions(\?|\/case\/heartbeat))/;

/** A server in which the session is as the scripted answers have it. */
async function serverFor({ server: answers = [] }: ContractCase): Promise<TestServer> {
  const isUnknown = answers.some(({ status }) => status === 404);
  const server = await startTestServer({ implicitSessions: !isUnknown });
  const isThere = answers.some(({ on, status }) => status === 200 && needsSession.test(on));
  if (isThere) await server.call("POST", "/api/sessions", { sessionId: "case", userId: "ann" });
  if (answers.some(({ on }) => on.endsWith("/reopen"))) await server.call("POST", "/api/sessions/case/finalize");
  return server;
}

function headOf({ store }: TestServer): Promise<number> {
  return store.head("case");
}

function send(server: TestServer, { request, body }: ExpectedRequest): Promise<Answered> {
  const [method, path] = request.split(" ") as [string, string];
  const sample = body === undefined && path.endsWith("/events") ? [anyEvent] : sampleOf(body ?? null);
  if (!Array.isArray(sample)) return server.call(method, path, sample ?? undefined);
  const lines = sample.map((line) => `${JSON.stringify(line)}\n`).join("");
  return server.call(method, path, lines, { headers: { "content-type": "application/x-ndjson" } });
}

/** The scripted acknowledgement of a batch: a seq an event, in order, an implicit session's creation apart. */
async function expectAcknowledged(server: TestServer, request: ExpectedRequest, head: number): Promise<number> {
  const answered = await send(server, request);
  // A case in which the session was unknown at first goes on as if someone had created it.
  if (answered.body?.code === "session_not_found") {
    await server.call("POST", "/api/sessions", { sessionId: "case" });
    return expectAcknowledged(server, request, await headOf(server));
  }
  const { status, body } = answered;
  expect(status, body?.error).toBe(201);
  const { events } = body as { events: { seq: number; eventId: string }[] };
  expect(body).toEqual({ success: true, count: events.length, seq: events.at(-1)!.seq, events });
  const fresh = [...new Set(events.map(({ seq }) => seq).filter((seq) => seq > head))];
  const first = head === 0 ? 2 : head + 1;
  expect(fresh).toEqual(fresh.map((_, index) => first + index));
  return headOf(server);
}

/** The real body has whatever the scripted one has; a refusal is the same but for the reasons of its own. */
function expectBody({ status, body }: Answered, scripted: JsonValue | undefined): void {
  if (Array.isArray(scripted)) {
    expect(keysOf(body[0])).toEqual(keysOf(scripted[0] as JsonObject));
  } else if (status >= 400) {
    expect(body).toEqual(scripted);
  } else {
    expect(keysOf(body)).toEqual(expect.arrayContaining(keysOf((scripted ?? {}) as JsonObject)));
  }
}

function keysOf(object: object): string[] {
  return Object.keys(object).sort();
}
