import type { AppError } from "../core/errors.js";

const problemHeaders = {
  "Content-Type": "application/problem+json",
  "Cache-Control": "no-store",
  "X-Content-Type-Options": "nosniff",
};

/** The problem document (RFC 9457) of an error; `error` repeats the detail for clients that print it. */
export function problemDocument(error: AppError) {
  return {
    type: `/docs#error-${error.code}`,
    title: error.title,
    status: error.status,
    detail: error.message,
    code: error.code,
    error: error.message,
    ...(error.issues.length > 0 && { errors: error.issues }),
  };
}

export function problemHeadersOf(error: AppError): Record<string, string> {
  return error.retryAfter === undefined
    ? problemHeaders
    : { ...problemHeaders, "Retry-After": String(error.retryAfter) };
}

export function problemResponse(error: AppError, headers: Record<string, string> = {}): Response {
  const body = JSON.stringify(problemDocument(error));
  return new Response(body, { status: error.status, headers: { ...problemHeadersOf(error), ...headers } });
}
