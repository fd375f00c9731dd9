import { setTimeout as delay } from "node:timers/promises";
import { AppError } from "../core/errors.js";

const everyMs = 100;

/** Looks again and again until `holds`. @throws AppError that says what was waited for, once `signal` aborts */
export async function until(what: string, holds: () => boolean | Promise<boolean>, signal: AbortSignal): Promise<void> {
  while (!(await holds())) {
    if (signal.aborted) throw waitedFor(what, signal);
    await delay(everyMs);
  }
}

/** What `promise` comes to. @throws AppError that says what was waited for, once `signal` aborts */
export async function inTime<T>(what: string, promise: Promise<T>, signal: AbortSignal): Promise<T> {
  const late = Promise.withResolvers<never>();
  const onAbort = () => late.reject(waitedFor(what, signal));
  signal.addEventListener("abort", onAbort, { once: true });
  if (signal.aborted) onAbort();
  try {
    return await Promise.race([promise, late.promise]);
  } finally {
    signal.removeEventListener("abort", onAbort);
  }
}

function waitedFor(what: string, { reason }: AbortSignal): unknown {
  if (reason instanceof AppError && reason.code === "interrupted") return reason;
  return new AppError("internal", `Waited in vain for ${what}.`, { cause: reason });
}
