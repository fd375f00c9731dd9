import { AppError } from "../core/errors.js";
import type { ViewError } from "./observable.js";

export function toViewError(error: unknown): ViewError {
  if (error instanceof AppError) return { code: error.code, message: error.message };
  return { code: "internal", message: error instanceof Error ? error.message : String(error) };
}
