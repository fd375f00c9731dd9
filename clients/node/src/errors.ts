/** What can go wrong; stable, branch on it. Without `strict` each is told once on stderr instead. */
export type HookAgentErrorCode =
  | "no_session"
  | "invalid_input"
  | "too_large"
  | "refused"
  | "unreachable"
  | "timeout"
  | "dropped"
  | "spool"
  | "internal";

interface ErrorDetails {
  cause?: unknown;
  /** The HTTP status of a refusal. */
  status?: number;
  /** The server's own code of a refusal, such as `invalid_input`. */
  serverCode?: string;
}

/**
 * What a method throws with `strict: true`; `code` says which kind, and each kind has a class.
 *
 * HookAgentError
 * ├── NoSessionError       no_session     there is no SESSION_ID
 * ├── InvalidInputError    invalid_input  the call's arguments are no event
 * ├── TooLargeError        too_large      the event is larger than `maxEventBytes`
 * ├── RefusedError         refused        the server refused it for good: `status`, `serverCode`
 * ├── UnreachableError     unreachable    no server answers a direct call
 * └── DeliveryTimeoutError timeout        not acknowledged in time; it stays queued
 */
export class HookAgentError extends Error {
  readonly code: HookAgentErrorCode;
  readonly status: number | undefined;
  readonly serverCode: string | undefined;

  constructor(code: HookAgentErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = code;
    this.status = details.status;
    this.serverCode = details.serverCode;
  }
}

export class NoSessionError extends HookAgentError {
  constructor(message: string) {
    super("no_session", message);
  }
}

export class InvalidInputError extends HookAgentError {
  constructor(message: string) {
    super("invalid_input", message);
  }
}

export class TooLargeError extends HookAgentError {
  constructor(message: string) {
    super("too_large", message);
  }
}

export class RefusedError extends HookAgentError {
  constructor(message: string, details: ErrorDetails = {}) {
    super("refused", message, details);
  }
}

export class UnreachableError extends HookAgentError {
  constructor(message: string, details: ErrorDetails = {}) {
    super("unreachable", message, details);
  }
}

export class DeliveryTimeoutError extends HookAgentError {
  constructor(message: string) {
    super("timeout", message);
  }
}
