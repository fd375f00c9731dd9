import { AppError } from "../../core/errors.js";
import { claude } from "../stories/claude.js";
import { customer } from "../stories/customer.js";
import { solver } from "../stories/solver.js";
import { applicationScenario } from "./application.js";
import { dashboardScenario } from "./dashboard.js";
import { restartScenario } from "./restart.js";
import type { Scenario } from "./scenario.js";
import { storeRestartScenario } from "./store-restart.js";

const stories = [customer, solver, claude];

/** Scenarios that share a world and run side by side in it. */
export interface Act {
  name: string;
  scenarios: readonly Scenario[];
}

const acts: readonly Act[] = [
  {
    name: "applications",
    scenarios: [
      applicationScenario("customer", "a LangGraph governor and three specialists answer a customer", customer),
      applicationScenario("email", "a LangGraph pipeline answers letters", solver),
      applicationScenario("claude", "Claude Code under governance changes a workspace", claude),
      dashboardScenario,
    ],
  },
  { name: "restart", scenarios: [restartScenario(stories)] },
  { name: "store-restart", scenarios: [storeRestartScenario(stories)] },
];

export const scenarioNames: readonly string[] = acts.flatMap(({ scenarios }) => scenarios.map(({ name }) => name));

/** What runs for these names; all without any. @throws AppError `usage` for a name that is none */
export function chooseActs(names: readonly string[]): Act[] {
  const unknown = names.find((name) => !scenarioNames.includes(name));
  if (unknown !== undefined) {
    throw new AppError("usage", `There is no scenario '${unknown}'. There are: ${scenarioNames.join(", ")}.`);
  }
  const isChosen = ({ name }: Scenario) => names.length === 0 || names.includes(name);
  return acts
    .map(({ name, scenarios }) => ({ name, scenarios: scenarios.filter(isChosen) }))
    .filter(({ scenarios }) => scenarios.length > 0);
}
