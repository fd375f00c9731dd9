import {
  completesGoals,
  endsAs,
  goesOnAfter,
  goesThrough,
  isComplete,
  isWhatWasLive,
  repeatsNothing,
} from "../checks.js";
import { holdReply, releaseReply, waitsFor } from "../holds.js";
import { endOf, settledLog, type Stage } from "../stage.js";
import type { Story } from "../stories/story.js";
import type { Check, Scenario } from "./scenario.js";

/** Applications are killed in the middle of their work and started again: they go on where they were. */
export function restartScenario(stories: readonly Story[]): Scenario {
  return {
    name: "restart",
    title: "applications are killed and go on in their sessions",
    needsScript: true,
    run: async (stage, check) => {
      await Promise.all(
        stories.map((story) =>
          killAndStartAgain(story, stage, (name, problems) => check(`${story.application}: ${name}`, problems)),
        ),
      );
    },
  };
}

async function killAndStartAgain(story: Story, stage: Stage, check: Check): Promise<void> {
  const [reply] = story.holds;
  await holdReply(stage, reply);
  const killed = await stage.start(story.application);
  await waitsFor(stage, reply, killed);
  await killed.running.kill();
  const before = await stage.client.listEvents(killed.sessionId, { after: 0, limit: 1_000 });
  await releaseReply(stage, reply);
  const again = { ...killed, running: await killed.running.startAgain() };
  check("ends well after it was started again", await endOf(again, stage));
  const log = await settledLog(again, stage);
  check("what was told before is still there, and it went on", goesOnAfter(before)(log));
  check("no event is missing or twice", isComplete(log));
  check("the live feed is the stored log", isWhatWasLive(log));
  check("everything is done, and nothing twice", repeatsNothing(story.threads)(log));
  check("phases come in order", goesThrough(story.phases)(log));
  check("goals are completed", completesGoals(story.goals)(log));
  check("the session is completed", endsAs("completed")(log));
}
