import { AppError, type ErrorCode } from "../../core/errors.js";
import type { NewEvent, SessionEvent } from "../../core/event.js";
import type { JsonObject } from "../../core/json.js";
import { parsePage } from "../page.js";
import type { PageQuery, SessionStore } from "../session-store.js";

/** How the suite gets at an engine. */
export interface StoreUnderTest {
  store: SessionStore;
  /** Closes the store and opens what it kept. */
  reopen(): Promise<SessionStore>;
  dispose(): Promise<void>;
}

export const action = (data: JsonObject = {}, rest: Partial<NewEvent> = {}): NewEvent => ({
  type: "action",
  data: { type: "tool_call", ...data },
  ...rest,
});

export async function rejectionCode(promise: Promise<unknown>): Promise<ErrorCode> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof AppError) return error.code;
  throw new Error("expected an AppError", { cause: error });
}

export async function readEvents(
  store: SessionStore,
  sessionId: string,
  query: Partial<PageQuery> = {},
): Promise<SessionEvent[]> {
  return parsePage<SessionEvent>(await store.readPage(sessionId, { of: "events", limit: 100_000, ...query }));
}

/** Opens a store for one test; it is disposed of at the test's end. `clock` is what the store goes by. */
export type SetUp = () => Promise<StoreUnderTest & { clock: { now: number } }>;
