import * as z from "zod";
import { json } from "../reply.js";
import { route, type Route } from "../route.js";

const answer = z
  .object({
    sources: z.array(
      z.object({
        source: z.string(),
        reports: z.int(),
        events: z.int(),
        lastAt: z.string().nullable(),
        lastSessionId: z.string().nullable(),
        leftOut: z.int().describe("Records of telemetry that tell nothing of a session"),
        dropped: z.int(),
        drops: z.array(z.object({ at: z.string(), reason: z.string(), sample: z.string() })),
      }),
    ),
  })
  .meta({ id: "IngestReport" });

export const ingestRoutes: Route[] = [
  route({
    method: "GET",
    path: "/api/ingest",
    group: "agents",
    summary: "What agents reported since the server started",
    description: "By source: how much came, when it came last, and what nothing could be made of, with the reason.",
    responses: { 200: { description: "The sources", schema: answer } },
    handler: ({ deps }) => json(200, { sources: deps.ingest.figures() }),
  }),
];
