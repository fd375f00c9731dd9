import { HookAgent } from "./agent.js";

/** The agent of this process, set up by the environment: `SESSION_ID`, `SESSION_SERVICE_URL`. */
const hookAgent = new HookAgent();

// oxlint-disable-next-line import/no-default-export -- `import hookAgent from` is what the package promises
export default hookAgent;
export { HookAgent };
export {
  DeliveryTimeoutError,
  HookAgentError,
  InvalidInputError,
  NoSessionError,
  RefusedError,
  TooLargeError,
  UnreachableError,
  type HookAgentErrorCode,
} from "./errors.js";
export type { EventType } from "./events.js";
export type { JsonObject, JsonValue } from "./json.js";
export type { RedactionOptions } from "./redact.js";
export type { AgentScope, GoalScope, Scope } from "./scopes.js";
export type { HookAgentOptions } from "./settings.js";
export type * from "./types.js";
