import type { NewEvent } from "../../core/event.js";
import type { JsonObject } from "../../core/json.js";
import { mapClaudeCode } from "./claude-code.js";
import { codexSessionOf, mapCodex } from "./codex.js";
import { mapGemini } from "./gemini.js";
import type { HookReport } from "./hook-report.js";
import type { Known } from "./ingest.js";
import { textOf } from "./telling/input.js";

interface HookSource {
  /** The agent's own id of the session that an input is about. */
  sessionOf(input: JsonObject): string | undefined;
  map(known: Known, report: HookReport): NewEvent[];
}

const sessionOf = (input: JsonObject) => textOf(input["session_id"]);

/** The agents whose hooks are understood, by the name under which they report. */
export const hookSources = {
  "claude-code": { sessionOf, map: mapClaudeCode },
  codex: { sessionOf: codexSessionOf, map: mapCodex },
  gemini: { sessionOf, map: mapGemini },
} satisfies Record<string, HookSource>;

export type HookSourceName = keyof typeof hookSources;
