import { describe, expect, test } from "vitest";
import { AppError, errorCodes, isErrorCode, toAppError, type ErrorCode } from "./errors.js";

/** Scripts branch on these: a change here breaks them. */
const contract = {
  invalid_input: [400, 1],
  invalid_json: [400, 1],
  invalid_session_id: [400, 1],
  invalid_cursor: [400, 1],
  body_too_large: [413, 1],
  unsupported_media_type: [415, 1],
  host_refused: [403, 1],
  origin_refused: [403, 1],
  not_found: [404, 1],
  method_not_allowed: [405, 1],
  session_not_found: [404, 1],
  goal_not_found: [404, 1],
  agent_not_found: [404, 1],
  approval_not_found: [404, 1],
  approval_closed: [409, 1],
  too_many_approvals: [503, 1],
  session_exists: [409, 1],
  goal_exists: [409, 1],
  agent_exists: [409, 1],
  already_finalized: [409, 1],
  not_finalized: [409, 1],
  version_conflict: [412, 1],
  storage_unavailable: [503, 1],
  storage_locked: [503, 1],
  storage_corrupt: [500, 1],
  index_unavailable: [503, 1],
  shutting_down: [503, 1],
  no_server: [503, 3],
  port_in_use: [500, 1],
  usage: [400, 2],
  interrupted: [500, 130],
  internal: [500, 1],
} satisfies Record<ErrorCode, [status: number, exitCode: number]>;

test.each(Object.entries(contract))("%s has the status and the exit code %j", (code, [status, exitCode]) => {
  const error = new AppError(code as ErrorCode, "message");
  expect([error.status, error.exitCode]).toEqual([status, exitCode]);
  expect(error.title).toMatch(/^[A-Z][A-Za-z ]+$/);
});

test("every code is listed once", () => {
  expect(errorCodes.toSorted()).toEqual(Object.keys(contract).sort());
});

test("a retry makes sense where the server may be able to answer later", () => {
  const retryable = errorCodes.filter((code) => new AppError(code, "message").retryable);
  expect(retryable.toSorted()).toEqual([
    "index_unavailable",
    "no_server",
    "shutting_down",
    "storage_unavailable",
    "too_many_approvals",
  ]);
});

test("an error carries what it was made with", () => {
  const cause = new Error("disk full");
  const error = new AppError("storage_unavailable", "Retry.", {
    cause,
    retryAfter: 2,
    issues: [{ path: "a", message: "b" }],
  });
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({
    name: "AppError",
    message: "Retry.",
    cause,
    retryAfter: 2,
    issues: [{ path: "a", message: "b" }],
  });
  expect(new AppError("internal", "x")).toMatchObject({ issues: [], retryAfter: undefined });
});

test.each(["internal", "usage"])("knows the code %j", (code) => {
  expect(isErrorCode(code)).toBe(true);
});

test.each(["", "INTERNAL", "toString", "__proto__", "constructor", 500, null, undefined])(
  "does not know the code %j",
  (code) => {
    expect(isErrorCode(code)).toBe(false);
  },
);

describe("toAppError", () => {
  test("leaves an error that says what to do", () => {
    const error = new AppError("goal_not_found", "There is no such goal.");
    expect(toAppError(error)).toBe(error);
  });

  test.each([new Error("/home/ann/secret: ENOENT"), "secret", { message: "secret" }, null, undefined])(
    "tells nothing of %j but to the log",
    (cause) => {
      const error = toAppError(cause);
      expect(error).toMatchObject({ code: "internal", status: 500, issues: [], retryable: false });
      expect(`${error.message} ${error.title} ${JSON.stringify(error)}`).not.toContain("secret");
      expect(error.cause).toBe(cause);
    },
  );
});
