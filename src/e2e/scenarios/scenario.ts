import type { Stage } from "../stage.js";

/** Takes note of a check; one without problems has passed. */
export type Check = (name: string, problems: readonly string[]) => void;

export interface Scenario {
  name: string;
  /** One line for a person. */
  title: string;
  /** It works with replies that are held back, which a real model does not do. */
  needsScript?: boolean;
  run(stage: Stage, check: Check): Promise<void>;
}
