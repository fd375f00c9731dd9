import {
  completesGoals,
  countsTokens,
  endsAs,
  goesThrough,
  isComplete,
  isPaired,
  isWhatWasLive,
  spawnsAgents,
  tells,
} from "../checks.js";
import type { SessionLog } from "../session-log.js";
import { endOf, settledLog } from "../stage.js";
import type { Story } from "../stories/story.js";
import type { Check, Scenario } from "./scenario.js";

/** An application runs to its end, undisturbed, and its session tells the whole story. */
export function applicationScenario(name: string, title: string, story: Story): Scenario {
  return {
    name,
    title,
    async run(stage, check) {
      const performance = await stage.startOnce(story.application);
      check("ends well", await endOf(performance, stage));
      const log = await settledLog(performance, stage);
      checkWhole(log, check);
      if (stage.scripted) checkStory(log, story, check);
      else check("tokens are counted", countsTokens()(log));
    },
  };
}

/** What holds of every session that ended, whatever its story. */
export function checkWhole(log: SessionLog, check: Check): void {
  check("no event is missing or twice", isComplete(log));
  check("the live feed is the stored log", isWhatWasLive(log));
  check("what began has ended", isPaired(log));
  check("the session is completed", endsAs("completed")(log));
}

/** The story in every detail. */
export function checkStory(log: SessionLog, story: Story, check: Check): void {
  check("every step and tool is there, in order", tells(story.threads)(log));
  check("phases come in order", goesThrough(story.phases)(log));
  check("goals are completed", completesGoals(story.goals)(log));
  check("agents were spawned and completed", spawnsAgents(story.agents)(log));
  check("tokens are counted", countsTokens(story.tokens)(log));
}
