import * as z from "zod";
import { approvalQuerySchema, decisionSchema } from "../../core/requests.js";
import type { Call } from "../call.js";
import { json } from "../reply.js";
import { route, type Route } from "../route.js";

const approvalSchema = z
  .object({
    approvalId: z.string(),
    sessionId: z.string(),
    tool: z.string(),
    input: z.custom(() => true).describe("What the tool would be called with"),
    message: z.string(),
    requestedAt: z.string(),
    expiresAt: z.string().describe("From then on the agent asks where it runs"),
  })
  .meta({ id: "Approval" });

const decidedSchema = z
  .looseObject({
    success: z.literal(true),
    approvalId: z.string(),
    sessionId: z.string(),
    decision: z.enum(["allow", "deny"]),
    seq: z.int(),
  })
  .meta({ id: "Decided" });

export const approvalRoutes: Route[] = [
  route({
    method: "GET",
    path: "/api/approvals",
    group: "approvals",
    summary: "The permission requests that wait for a person, oldest first",
    query: approvalQuerySchema,
    responses: { 200: { description: "Requests", schema: z.object({ approvals: approvalSchema.array() }) } },
    handler: listApprovals,
  }),
  route({
    method: "POST",
    path: "/api/approvals/{approvalId}",
    group: "approvals",
    summary: "Allow or deny what an agent asks for",
    description: "The decision is in the session's log before the agent hears it. A second one is a 409.",
    body: { schema: decisionSchema, example: { decision: "allow" } },
    responses: { 200: { description: "Decided", schema: decidedSchema } },
    handler: decide,
  }),
];

function listApprovals(call: Call): Response {
  const { session } = call.query(approvalQuerySchema);
  const pending = call.deps.approvals.pending();
  return json(200, {
    approvals: session === undefined ? pending : pending.filter(({ sessionId }) => sessionId === session),
  });
}

async function decide(call: Call): Promise<Response> {
  const decision = await call.body(decisionSchema);
  const { approval, seq } = await call.deps.approvals.decide(call.part("approvalId"), decision);
  const { approvalId, sessionId } = approval;
  return json(200, { success: true, approvalId, sessionId, decision: decision.decision, seq });
}
