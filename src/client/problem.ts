import { AppError, isErrorCode, type ErrorCode, type Issue } from "../core/errors.js";
import type { ResponseLike } from "./request.js";

const codesByStatus: Record<number, ErrorCode> = {
  400: "invalid_input",
  404: "not_found",
  405: "method_not_allowed",
  412: "version_conflict",
  413: "body_too_large",
  415: "unsupported_media_type",
  503: "storage_unavailable",
};

/** The error that a response with a status of 400 or above stands for. Reads its body. */
export async function errorOfResponse(response: ResponseLike): Promise<AppError> {
  const text = await response.text().catch(() => "");
  const problem = parseProblem(text);
  const retryAfter = Number(response.headers.get("retry-after") ?? Number.NaN);
  const options = { issues: problem?.issues ?? [], retryAfter: Number.isFinite(retryAfter) ? retryAfter : undefined };
  if (problem)
    return new AppError(problem.code ?? codesByStatus[response.status] ?? "internal", problem.message, options);
  const message =
    `${response.url} answered ${response.status} ${response.statusText}`.trimEnd() +
    " and no problem document. Check that the URL is that of a claude-sessions server.";
  return new AppError(codesByStatus[response.status] ?? "internal", message, options);
}

/** The error that a problem document (RFC 9457) stands for; undefined where the value is none. */
export function errorOfProblem(value: unknown): AppError | undefined {
  const problem = readProblem(value);
  return problem && new AppError(problem.code ?? "internal", problem.message, { issues: problem.issues });
}

interface Problem {
  code: ErrorCode | undefined;
  message: string;
  issues: Issue[];
}

function parseProblem(text: string): Problem | undefined {
  try {
    return readProblem(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function readProblem(value: unknown): Problem | undefined {
  if (typeof value !== "object" || value === null) return undefined;
  const { code, detail, error, message, issues, errors } = value as Record<string, unknown>;
  const text = [detail, error, message].find((candidate) => typeof candidate === "string");
  if (text === undefined) return undefined;
  return { code: isErrorCode(code) ? code : undefined, message: text, issues: readIssues(issues ?? errors) };
}

function readIssues(value: unknown): Issue[] {
  if (!Array.isArray(value)) return [];
  return value
    .filter((issue): issue is Record<string, unknown> => typeof issue === "object" && issue !== null)
    .map(({ path, message }) => ({ path: String(path ?? ""), message: String(message ?? "") }));
}
