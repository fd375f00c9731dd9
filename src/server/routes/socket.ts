import { AppError } from "../../core/errors.js";
import { socketQuerySchema } from "../../core/requests.js";
import { route, type Route } from "../route.js";

export const socketPath = "/ws";

/** Upgrades never come here: they are taken at the connection. */
export const socketRoutes: Route[] = [
  route({
    method: "GET",
    path: socketPath,
    group: "events",
    summary: "Live events over a WebSocket",
    query: socketQuerySchema,
    responses: { 101: { description: "`connected`, then events" } },
    handler: () => {
      throw new AppError(
        "invalid_input",
        "Open this address as a WebSocket, or read GET /api/events as an event stream.",
      );
    },
  }),
];
