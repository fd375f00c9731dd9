import * as z from "zod";
import { usageQuerySchema } from "../../core/requests.js";
import type { Call } from "../call.js";
import { json } from "../reply.js";
import { KeptAnswers } from "../reports/kept-answer.js";
import type { ToolReport, UsageReport } from "../../core/reports.js";
import { toolReport } from "../reports/tool-report.js";
import { usageReport } from "../reports/usage-report.js";
import { route, type Route } from "../route.js";

const usageRowSchema = z
  .object({
    key: z.string().describe("The day, the user (empty where a session names none), or the model"),
    sessions: z.int(),
    calls: z.int().describe("Of models"),
    tokens: z.number(),
    cost: z.number().describe("US dollars"),
  })
  .meta({ id: "UsageRow" });

const usageSchema = z
  .object({
    since: z.string().describe("The first day that counts (UTC)"),
    sessions: z.int().describe("Sessions active since then that were looked at, newest first"),
    complete: z.boolean().describe("Whether those are all"),
    total: usageRowSchema,
    days: z.array(usageRowSchema),
    users: z.array(usageRowSchema).describe("The most expensive first"),
    models: z.array(usageRowSchema).describe("The most expensive first"),
  })
  .meta({ id: "Usage" });

const milliseconds = z.number().nullable().describe("Milliseconds");

const toolsSchema = z
  .object({
    sessions: z.int().describe("The newest sessions, whose newest results were looked at"),
    results: z.int(),
    tools: z.array(
      z.object({
        tool: z.string(),
        calls: z.int(),
        failed: z.int(),
        denied: z.int(),
        medianMs: milliseconds,
        p95Ms: milliseconds,
        longestMs: milliseconds,
      }),
    ),
    failures: z.array(
      z.object({
        sessionId: z.string(),
        seq: z.int(),
        timestamp: z.string(),
        tool: z.string(),
        message: z.string(),
      }),
    ),
  })
  .meta({ id: "Tools" });

const keepMs = 5_000;

/** Figures over many sessions, for overviews. Made anew at most every few seconds. */
export function reportRoutes(): Route[] {
  const usages = new WeakMap<object, KeptAnswers<UsageReport>>();
  const tools = new WeakMap<object, KeptAnswers<ToolReport>>();
  return [
    route({
      method: "GET",
      path: "/api/query/usage",
      group: "query",
      summary: "Tokens and cost of the last days, by day, user and model",
      query: usageQuerySchema,
      responses: { 200: { description: "Sums", schema: usageSchema } },
      handler: async (call) => {
        const { days, user } = call.query(usageQuerySchema);
        const { store, now } = call.deps;
        const make = () => usageReport(store, { now: now(), days, userId: user });
        return json(200, await kept(usages, call).get(JSON.stringify([days, user]), make));
      },
    }),
    route({
      method: "GET",
      path: "/api/query/tools",
      group: "query",
      summary: "How long tools took and how often they failed lately",
      description: "A bounded look at the newest results of the sessions that something happened in last.",
      responses: { 200: { description: "Tools and failures", schema: toolsSchema } },
      handler: async (call) => json(200, await kept(tools, call).get("", () => toolReport(call.deps.store))),
    }),
  ];
}

/** Each server keeps its own. */
function kept<T>(answers: WeakMap<object, KeptAnswers<T>>, { deps }: Call): KeptAnswers<T> {
  let own = answers.get(deps);
  if (!own) answers.set(deps, (own = new KeptAnswers({ now: deps.now, keepMs })));
  return own;
}
