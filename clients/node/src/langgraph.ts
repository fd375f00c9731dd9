import hookAgent from "./index.js";
import { SessionCallback as Callback, type SessionCallbackOptions } from "./langgraph/session-callback.js";

export type { SessionCallbackOptions };

/**
 * A callback handler for LangGraph and LangChain:
 * `await graph.invoke(input, { callbacks: [new SessionCallback()] })`.
 */
export class SessionCallback extends Callback {
  constructor({ agent = hookAgent, ...options }: SessionCallbackOptions = {}) {
    super(agent, options);
  }
}
