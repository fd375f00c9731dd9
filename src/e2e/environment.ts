import type { Application } from "./stories/story.js";

/** Where an application finds what it needs: URLs as it reaches them. */
export interface Places {
  store: string;
  model: string;
  flightSchool: string;
  /** smtp:// */
  mail: string;
  mailFolder: string;
}

/** Keys that name a model of a provider, and what goes with them. */
const modelVariables = [
  "ANTHROPIC_API_KEY",
  "ANTHROPIC_BASE_URL",
  "ANTHROPIC_MODEL",
  "OPENAI_API_KEY",
  "OPENAI_BASE_URL",
  "MODEL",
];

/** The key that the environment has for a real model, with its companions; undefined where there is none. */
export function realModel(env: Record<string, string | undefined>): Record<string, string> | undefined {
  if (!env["ANTHROPIC_API_KEY"]) return undefined;
  const given = modelVariables.map((name) => [name, env[name]]).filter(([, value]) => value);
  return Object.fromEntries(given) as Record<string, string>;
}

/** What an application is told by its environment. */
export function environmentOf(
  application: Application,
  sessionId: string,
  places: Places,
  model: Record<string, string> = {},
): Record<string, string> {
  const common = { SESSION_ID: sessionId, SESSION_SERVICE_URL: places.store };
  const anthropic = { ANTHROPIC_API_KEY: "none", ANTHROPIC_BASE_URL: places.model };
  const openai = { OPENAI_API_KEY: "none", OPENAI_BASE_URL: `${places.model}/v1` };
  const own: Record<Application, Record<string, string>> = {
    fly_achensee_customer: { FLIGHT_SCHOOL_URL: places.flightSchool, ...anthropic },
    email_solver: { MAIL_FOLDER: places.mailFolder, SMTP_URL: places.mail, ...openai },
    fly_achensee_claude: anthropic,
  };
  if (model["ANTHROPIC_API_KEY"] === undefined) return { ...common, ...own[application] };
  const scripted = new Set([...Object.keys(anthropic), ...Object.keys(openai)]);
  const kept = Object.entries(own[application]).filter(([name]) => !scripted.has(name));
  return { ...common, ...Object.fromEntries(kept), ...model };
}
