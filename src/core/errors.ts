/** Every way in which a request can fail, as users and scripts see it. Stable: clients branch on it. */
export type ErrorCode =
  | "invalid_input"
  | "invalid_json"
  | "invalid_session_id"
  | "invalid_cursor"
  | "body_too_large"
  | "unsupported_media_type"
  | "host_refused"
  | "origin_refused"
  | "not_found"
  | "method_not_allowed"
  | "session_not_found"
  | "goal_not_found"
  | "agent_not_found"
  | "approval_not_found"
  | "approval_closed"
  | "too_many_approvals"
  | "session_exists"
  | "goal_exists"
  | "agent_exists"
  | "already_finalized"
  | "not_finalized"
  | "version_conflict"
  | "storage_unavailable"
  | "storage_locked"
  | "storage_corrupt"
  | "index_unavailable"
  | "shutting_down"
  | "no_server"
  | "port_in_use"
  | "usage"
  | "interrupted"
  | "internal";

interface ErrorClass {
  status: number;
  title: string;
  exitCode: number;
  retryable: boolean;
}

const refused = (status: number, title: string): ErrorClass => ({ status, title, exitCode: 1, retryable: false });
const unavailable = (title: string): ErrorClass => ({ status: 503, title, exitCode: 1, retryable: true });

const errorClasses = {
  invalid_input: refused(400, "Invalid input"),
  invalid_json: refused(400, "Invalid JSON"),
  invalid_session_id: refused(400, "Invalid session id"),
  invalid_cursor: refused(400, "Invalid cursor"),
  body_too_large: refused(413, "Body too large"),
  unsupported_media_type: refused(415, "Unsupported media type"),
  host_refused: refused(403, "Host refused"),
  origin_refused: refused(403, "Origin refused"),
  not_found: refused(404, "Not found"),
  method_not_allowed: refused(405, "Method not allowed"),
  session_not_found: refused(404, "Session not found"),
  goal_not_found: refused(404, "Goal not found"),
  agent_not_found: refused(404, "Agent not found"),
  approval_not_found: refused(404, "Approval not found"),
  approval_closed: refused(409, "Approval closed"),
  too_many_approvals: unavailable("Too many approvals"),
  session_exists: refused(409, "Session exists"),
  goal_exists: refused(409, "Goal exists"),
  agent_exists: refused(409, "Agent exists"),
  already_finalized: refused(409, "Already finalized"),
  not_finalized: refused(409, "Not finalized"),
  version_conflict: refused(412, "Version conflict"),
  storage_unavailable: unavailable("Storage unavailable"),
  storage_locked: { ...unavailable("Storage locked"), retryable: false },
  storage_corrupt: refused(500, "Storage corrupt"),
  index_unavailable: unavailable("Index unavailable"),
  shutting_down: unavailable("Shutting down"),
  no_server: { ...unavailable("No server"), exitCode: 3 },
  port_in_use: refused(500, "Port in use"),
  usage: { ...refused(400, "Wrong usage"), exitCode: 2 },
  interrupted: { ...refused(500, "Interrupted"), exitCode: 130 },
  internal: refused(500, "Internal error"),
} satisfies Record<ErrorCode, ErrorClass>;

/** One thing that is wrong with an input; `path` is dotted, "" for the whole body. */
export interface Issue {
  path: string;
  message: string;
}

interface AppErrorOptions {
  cause?: unknown;
  issues?: readonly Issue[];
  /** Seconds after which a retry makes sense; sent as Retry-After. */
  retryAfter?: number;
}

/** A failure with a stable code and a message that says what to do. */
export class AppError extends Error {
  override readonly name = "AppError";
  readonly code: ErrorCode;
  readonly issues: readonly Issue[];
  readonly retryAfter: number | undefined;

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, { cause: options.cause });
    this.code = code;
    this.issues = options.issues ?? [];
    this.retryAfter = options.retryAfter;
  }

  get status(): number {
    return errorClasses[this.code].status;
  }

  get title(): string {
    return errorClasses[this.code].title;
  }

  get exitCode(): number {
    return errorClasses[this.code].exitCode;
  }

  get retryable(): boolean {
    return errorClasses[this.code].retryable;
  }
}

/** Every code there is. */
export const errorCodes = Object.keys(errorClasses) as ErrorCode[];

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === "string" && Object.hasOwn(errorClasses, value);
}

/** The error itself where it already says what to do, else a plain `internal` that leaks nothing. */
export function toAppError(error: unknown): AppError {
  if (error instanceof AppError) return error;
  return new AppError("internal", "Something went wrong inside the server. Its log has the details.", { cause: error });
}
