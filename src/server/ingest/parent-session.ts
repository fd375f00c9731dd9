import type { JsonObject } from "../../core/json.js";
import type { Session } from "../../core/session.js";
import type { SessionStore } from "../../storage/session-store.js";
import { numberOf, objectOf, sessionIdFor, textOf } from "./telling/input.js";

/** So many of the newest sessions of the agent are looked at. */
const candidates = 30;
/** `/clear` ends one session and starts the next in the same moment. */
const clearedWithinMs = 60_000;

/**
 * The session that a new one came out of, by a fork or by `/clear`: agents name the new one alone. It
 * is the newest of the same agent in the same folder that ended by `clear` just before, or that
 * was last answered when the fork says.
 */
export async function findParent(
  store: SessionStore,
  source: string,
  input: JsonObject,
  now: number,
): Promise<string | undefined> {
  const how = input["hook_event_name"] === "SessionStart" ? input["source"] : undefined;
  const cwd = textOf(input["cwd"]);
  const distanceTo = how === "fork" ? fromFork : how === "clear" ? sinceCleared : undefined;
  if (distanceTo === undefined || cwd === undefined) return undefined;
  const own = sessionIdFor(textOf(input["session_id"]) ?? "");
  const { sessions } = await store.listSessions({ tag: source, limit: candidates });
  const others = sessions.filter(({ sessionId }) => sessionId !== own);
  const found = await Promise.all(others.map(({ sessionId }) => store.readSession(sessionId)));
  const distances = found.flatMap((session) => {
    const distance = session?.state.workspace["cwd"] === cwd ? distanceTo(session, input, now) : undefined;
    return session && distance !== undefined ? [{ sessionId: session.metadata.sessionId, distance }] : [];
  });
  return distances.sort((a, b) => a.distance - b.distance)[0]?.sessionId;
}

function sinceCleared({ final }: Session, _input: JsonObject, now: number): number | undefined {
  if (objectOf(final?.["outcome"])["reason"] !== "clear") return undefined;
  const since = now - Date.parse(String(final?.["finalized"]));
  return since <= clearedWithinMs ? Math.abs(since) : undefined;
}

/** How far the session's last activity is from when the fork says that its origin last answered. */
function fromFork({ metadata }: Session, input: JsonObject, now: number): number | undefined {
  if ((textOf(input["session_title"]) ?? null) !== (metadata["title"] ?? null)) return undefined;
  const silence = (numberOf(input["seconds_since_last_response"]) ?? 0) * 1000;
  const distance = Math.abs(now - Date.parse(metadata.lastEventAt) - silence);
  return distance <= 10_000 + silence * 0.05 ? distance : undefined;
}
