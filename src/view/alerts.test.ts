import { expect, test } from "vitest";
import type { EventType, SessionEvent } from "../core/event.js";
import type { JsonObject } from "../core/json.js";
import { alertOf } from "./alerts.js";

const timestamp = "2026-03-01T12:00:00.000Z";

function event(type: EventType, data: JsonObject): SessionEvent {
  return { type, sessionId: "s", seq: 7, timestamp, receivedAt: timestamp, eventId: "e", data };
}

test("tells of a session that begins to wait, whichever way its metadata is patched", () => {
  const waitingFor = { kind: "permission", tool: "Bash", message: "make clean" };
  const nested = event("metadata_updated", { liveness: { status: "waiting", waitingFor } });
  const dotted = event("metadata_updated", { "liveness.waitingFor": waitingFor, "liveness.status": "waiting" });
  const alert = { kind: "waiting", sessionId: "s", seq: 7, at: Date.parse(timestamp), text: "allow Bash? make clean" };
  expect([alertOf(nested), alertOf(dotted)]).toEqual([alert, alert]);
});

test("tells of an end, and apart of a failure", () => {
  const ends: JsonObject[] = [{}, { status: "success" }, { status: "cancelled" }, { status: "error" }];
  const kinds = ends.map((data) => alertOf(event("session_finalized", data))?.kind);
  expect(kinds).toEqual(["ended", "ended", "ended", "failed"]);
});

test("says nothing of anything else", () => {
  const silent = [
    event("metadata_updated", { liveness: { status: "running" } }),
    event("metadata_updated", { tags: ["waiting"] }),
    event("action", { type: "wait_started", liveness: { status: "waiting" } }),
    { type: "session_deleted", sessionId: "s", timestamp } as const,
  ];
  expect(silent.map(alertOf)).toEqual([null, null, null, null]);
});
