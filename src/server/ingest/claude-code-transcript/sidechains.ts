import type { JsonObject } from "../../../core/json.js";
import type { AgentFile } from "./agents.js";
import { textsOf } from "./lines.js";
import type { Reading } from "./stream.js";
import { objectOf, textOf } from "../telling/input.js";

const most = 20_000;

/**
 * Older releases write what subagents did between the lines of the main agent. Such lines hang together
 * by `parentUuid`; the first of them repeats the prompt of the call that set the subagent to work.
 */
export function createSidechains() {
  const agents = new Map<string, AgentFile>();
  return {
    /** The subagent that a line of the main transcript is of; undefined for the main agent's own. */
    agentOf(line: JsonObject, calls: Reading["calls"]): AgentFile | undefined {
      if (line["isSidechain"] !== true) return undefined;
      const uuid = textOf(line["uuid"]);
      const parent = agents.get(textOf(line["parentUuid"]) ?? "");
      const agent = parent ?? begin(line, uuid, calls);
      if (uuid !== undefined) agents.set(uuid, agent);
      if (agents.size > most) agents.delete(agents.keys().next().value!);
      return agent;
    },
  };
}

function begin(line: JsonObject, uuid: string | undefined, calls: Reading["calls"]): AgentFile {
  const agentId = textOf(line["agentId"]) ?? `sidechain-${uuid?.slice(0, 8) ?? "0"}`;
  const prompt = textsOf(objectOf(line["message"])["content"]).join("\n");
  const call = [...calls].find(([, { input }]) => prompt !== "" && input["prompt"] === prompt);
  if (!call) return { agentId };
  const [toolUseId, { input }] = call;
  const meta = { toolUseId, agentType: input["subagent_type"] ?? null, description: input["description"] ?? null };
  return { agentId, meta };
}
