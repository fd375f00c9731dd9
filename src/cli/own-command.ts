/** Every subcommand that advice may name. */
const advised = [
  "serve",
  "watch",
  "query",
  "verify",
  "repair",
  "reindex",
  "export",
  "import",
  "delete",
  "connect",
  "disconnect",
  "doctor",
  "approve",
  "deny",
  "e2e",
] as const;

const named = new RegExp(`(?<![\\w/-])(?<!npx )claude-sessions (?=(?:${advised.join("|")})\\b)`, "g");

/**
 * Advice as its reader can type it: whoever came through npm or npx has this program in no folder of
 * the PATH, and npx finds it again.
 */
export function asTyped(advice: string, env: Record<string, string | undefined>): string {
  return env["npm_command"] === undefined ? advice : advice.replaceAll(named, "npx claude-sessions ");
}
