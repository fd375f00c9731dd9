import type { SessionEvent } from "../../core/event.js";
import {
  completesGoals,
  endsAs,
  goesOnAfter,
  isComplete,
  isWhatWasLive,
  keptWhatHappenedIn,
  spawnsAgents,
  tellsOf,
} from "../checks.js";
import { holdReply, releaseReply, waitsFor } from "../holds.js";
import { endOf, settledLog, type Performance, type Stage } from "../stage.js";
import type { Story } from "../stories/story.js";
import type { Check, Scenario } from "./scenario.js";

/** The store is killed while all applications are at work, and comes back while they still are. */
export function storeRestartScenario(stories: readonly Story[]): Scenario {
  return {
    name: "store-restart",
    title: "the store is killed under all applications and comes back",
    needsScript: true,
    async run(stage, check) {
      const acts = await Promise.all(stories.map((story) => beginAct(story, stage)));
      const outage = await outageDuring(acts, stage);
      await Promise.all(acts.map((act) => releaseReply(stage, act.story.holds[1])));
      await Promise.all(
        acts.map((act) =>
          checkAct(act, outage, stage, (name, problems) => check(`${act.story.application}: ${name}`, problems)),
        ),
      );
    },
  };
}

interface Act {
  story: Story;
  performance: Performance;
}

/** From when to when the store was away, RFC 3339, and what it had acknowledged before. */
interface Outage {
  from: string;
  to: string;
  acknowledged: Map<string, SessionEvent[]>;
}

async function beginAct(story: Story, stage: Stage): Promise<Act> {
  for (const reply of story.holds) await holdReply(stage, reply);
  const performance = await stage.start(story.application);
  await waitsFor(stage, story.holds[0], performance);
  return { story, performance };
}

/** Every application goes on from one held reply to the next while there is no store. */
async function outageDuring(acts: readonly Act[], stage: Stage): Promise<Outage> {
  const acknowledged = new Map<string, SessionEvent[]>();
  for (const { performance } of acts) {
    const { sessionId } = performance;
    acknowledged.set(sessionId, await stage.client.listEvents(sessionId, { after: 0, limit: 1_000 }));
  }
  await stage.world.killStore();
  const from = new Date().toISOString();
  for (const { story, performance } of acts) {
    await releaseReply(stage, story.holds[0]);
    await waitsFor(stage, story.holds[1], performance);
  }
  const to = new Date().toISOString();
  await stage.world.startStore();
  return { from, to, acknowledged };
}

async function checkAct({ story, performance }: Act, outage: Outage, stage: Stage, check: Check): Promise<void> {
  check("ends well", await endOf(performance, stage));
  const log = await settledLog(performance, stage);
  check("nothing acknowledged is lost", goesOnAfter(outage.acknowledged.get(log.sessionId) ?? [])(log));
  check("what happened without a store has arrived", keptWhatHappenedIn(outage)(log));
  check("no event is missing or twice", isComplete(log));
  check("the live feed is the stored log", isWhatWasLive(log));
  check("everything was told, and nothing twice", tellsOf(story.threads)(log));
  check("goals are completed", completesGoals(story.goals)(log));
  check("agents were spawned and completed", spawnsAgents(story.agents)(log));
  check("the session is completed", endsAs("completed")(log));
}
