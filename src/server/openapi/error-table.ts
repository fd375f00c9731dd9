import { AppError, errorCodes, type ErrorCode } from "../../core/errors.js";

/** Codes that only the command line ends with. */
const localCodes: ReadonlySet<ErrorCode> = new Set([
  "no_server",
  "port_in_use",
  "usage",
  "interrupted",
  "storage_locked",
]);

/** Every code that an answer may carry, with its status. */
export function errorTable(): string {
  const rows = errorCodes
    .filter((code) => !localCodes.has(code))
    .map((code) => new AppError(code, ""))
    .map(
      ({ code, status, title }) =>
        `<tr id="error-${code}"><td><code>${code}</code></td><td>${status}</td><td>${title}</td></tr>`,
    );
  return `<section id="errors"><h2>errors</h2><article><table class="errors"><tbody>${rows.join("")}</tbody></table></article></section>`;
}
