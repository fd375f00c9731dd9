import { expect } from "vitest";
import type { NewEvent, SessionEvent } from "../core/event.js";
import { openFileStore } from "../storage/file/file-store.js";
import { runCli } from "./cli-fixture.js";
export const events: NewEvent[] = [
  {
    type: "session_created",
    data: { userId: "ada", tags: ["nightly"] },
    eventId: "e-1",
    timestamp: "2026-01-01T10:00:00.000Z",
  },
  {
    type: "action",
    data: { type: "tool_call", tool: "grep", note: "find\u001b[31m the needle" },
    eventId: "e-2",
    timestamp: "2026-01-01T10:00:01.000Z",
  },
  {
    type: "goal_added",
    data: { goalId: "g1", description: "Find it" },
    eventId: "e-3",
    timestamp: "2026-01-01T10:00:02.000Z",
  },
  { type: "response", data: { type: "message", text: "found" }, eventId: "e-4", timestamp: "2026-01-01T10:00:03.000Z" },
];

export async function fill(path: string, sessionId = "s1"): Promise<void> {
  const store = await openFileStore({ path });
  await store.append(sessionId, events);
  await store.close();
}

export async function exported(storage: string, sessionId = "s1"): Promise<SessionEvent[]> {
  const { stdout, stderr, code } = await runCli(["export", sessionId, "--storage", storage]);
  expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
  return stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as SessionEvent);
}

/** What an import must keep; receivedAt is the clock of whoever stored it. */
export function kept(list: SessionEvent[]) {
  return list.map(({ type, seq, timestamp, eventId, data }) => {
    const { receivedAt: _receivedAt, ...rest } = data;
    return { type, seq, timestamp, eventId, data: rest };
  });
}

export const good = (eventId: string) =>
  JSON.stringify({ type: "action", sessionId: "s1", eventId, data: { type: "t" } });
