import { describe, expect, test } from "vitest";
import type { SessionEvent } from "../core/event.js";
import {
  completesGoals,
  countsTokens,
  endsAs,
  goesOnAfter,
  goesThrough,
  isComplete,
  isPaired,
  isWhatWasLive,
  keptWhatHappenedIn,
  repeatsNothing,
  spawnsAgents,
  tells,
} from "./checks.js";
import { checkStory, checkWhole } from "./scenarios/application.js";
import { customer } from "./stories/customer.js";
import { solver } from "./stories/solver.js";
import { recordedLog, without } from "./testing/recorded.js";

const isStepEnd =
  (name: string) =>
  ({ data }: SessionEvent): boolean =>
    data["type"] === "step_end" && data["name"] === name;

describe.each([customer, solver])("a recorded session of $application", (story) => {
  test("passes every check", () => {
    const log = recordedLog(story.application);
    const problems: string[] = [];
    const check = (name: string, found: readonly string[]) =>
      void problems.push(...found.map((problem) => `${name}: ${problem}`));
    checkWhole(log, check);
    checkStory(log, story, check);
    expect(problems).toEqual([]);
    expect(repeatsNothing(story.threads)(log)).toEqual([]);
  });
});

describe("a dropped event", () => {
  test("is missed in the stored log", () => {
    const log = recordedLog("email_solver");
    log.events.splice(40, 1);
    expect(isComplete(log)).toEqual([
      "Where seq 41 was expected, the log has 42.",
      "The metadata counts 84 events, and the log has 83.",
    ]);
  });

  test("is missed on the live feed", () => {
    const log = recordedLog("email_solver");
    log.live.splice(40, 1);
    expect(isWhatWasLive(log)).toEqual([expect.stringContaining("The live feed sent 83 events and 84 are stored.")]);
  });

  test("at the end is missed on the live feed", () => {
    const log = recordedLog("email_solver");
    log.live.pop();
    expect(isWhatWasLive(log)).toEqual([expect.stringContaining("They part at place 84: live nothing")]);
  });

  test("that nobody counted is missed by what it ended", () => {
    const log = without(recordedLog("email_solver"), isStepEnd("ingest"));
    expect(isComplete(log)).toEqual([]);
    expect(isPaired(log)).toHaveLength(3);
    expect(isPaired(log)[0]).toMatch(/^The step 'ingest' \(.*\) never ended\.$/);
  });
});

describe("the live feed", () => {
  test("differs where two events come in another order", () => {
    const log = recordedLog("email_solver");
    log.live.splice(10, 2, log.live[11]!, log.live[10]!);
    expect(isWhatWasLive(log)).toHaveLength(1);
  });

  test("differs where an event has other content", () => {
    const log = recordedLog("email_solver");
    log.live[20]!.data["extra"] = "more";
    expect(isWhatWasLive(log)).toHaveLength(1);
  });

  test("is the same where the keys of an event come in another order", () => {
    const log = recordedLog("email_solver");
    log.live[20] = Object.fromEntries(Object.entries(log.live[20]!).reverse()) as unknown as SessionEvent;
    expect(isWhatWasLive(log)).toEqual([]);
  });
});

test("an event that is stored twice is seen by its id", () => {
  const log = recordedLog("email_solver");
  const [again] = log.events.slice(-1);
  log.events.push({ ...again!, seq: 85 });
  log.metadata.eventCount = 85;
  expect(isComplete(log)).toEqual([`The event '${again!.eventId}' is stored twice.`]);
});

test("an event of another session is a stranger", () => {
  const log = recordedLog("email_solver");
  log.events[7]!.sessionId = "other";
  expect(isComplete(log)).toEqual(["Event 8 is of the session other."]);
});

describe("a story", () => {
  test("misses a node", () => {
    const log = without(recordedLog("email_solver"), isStepEnd("classify"));
    expect(tells(solver.threads)(log)).toEqual([
      expect.stringContaining("main: expected 'step classify ok' in place 2 and found 'tool KnowledgeBase ok'"),
    ]);
  });

  test("misses a whole agent", () => {
    const log = without(recordedLog("fly_achensee_customer"), ({ type, data }) => {
      return type === "agent_spawned" && data["type"] === "booking";
    });
    expect(tells(customer.threads)(log)).toContainEqual(expect.stringMatching(/^booking: expected 'step think ok'/));
  });

  test("takes an agent for what it was called in the end", () => {
    const log = recordedLog("fly_achensee_customer");
    const spawned = log.events.find(({ type, data }) => type === "agent_spawned" && data["type"] === "booking")!;
    const { agentId } = spawned.data;
    const ended = log.events.find(({ type, data }) => type === "agent_completed" && data["agentId"] === agentId)!;
    spawned.data["type"] = "agent";
    ended.data["type"] = "booking";
    expect(tells(customer.threads)(log)).toEqual([]);
  });

  test("sees a wrong order", () => {
    const log = recordedLog("email_solver");
    const [classify, retrieve] = ["classify", "retrieve_context"].map((name) => log.events.findIndex(isStepEnd(name)));
    [log.events[classify!], log.events[retrieve!]] = [log.events[retrieve!]!, log.events[classify!]!];
    expect(tells(solver.threads)(log)).toEqual([expect.stringContaining("found 'step retrieve_context ok'")]);
  });

  test("takes what happens side by side in any order", () => {
    const log = recordedLog("fly_achensee_customer");
    const [care, weather] = ["customer_care", "weather_and_safety"].map((name) =>
      log.events.findIndex(isStepEnd(name)),
    );
    [log.events[care!], log.events[weather!]] = [log.events[weather!]!, log.events[care!]!];
    expect(tells(customer.threads)(log)).toEqual([]);
  });

  test("sees a step that failed and must not", () => {
    const log = recordedLog("email_solver");
    log.events.find(isStepEnd("draft"))!.data["status"] = "error";
    expect(tells(solver.threads)(log)).toHaveLength(1);
  });

  test("sees what nobody expects behind its end", () => {
    const log = recordedLog("email_solver");
    log.events.push(log.events.find(isStepEnd("draft"))!);
    expect(tells(solver.threads)(log)).toEqual([expect.stringContaining("expected 'nothing more' in place 23")]);
  });
});

describe("a restart", () => {
  test("that went on leaves what was killed open, and repeats nothing", () => {
    const log = recordedLog("email_solver");
    const killed = log.events.findIndex(isStepEnd("draft"));
    const begun = log.events.find(({ data }) => data["type"] === "step_start" && data["name"] === "draft")!;
    log.events.splice(killed, 0, structuredClone(begun));
    expect(repeatsNothing(solver.threads)(log)).toEqual([]);
  });

  test("that was lost and began anew repeats what was done", () => {
    const log = recordedLog("email_solver");
    const before = log.events.slice(0, 17);
    log.events = [...before, ...log.events.slice(1)];
    expect(repeatsNothing(solver.threads)(log)).toEqual([
      expect.stringContaining("main: expected 'step draft ok' in place 5 and found 'step ingest ok'"),
    ]);
  });

  test("that lost what was acknowledged is seen", () => {
    const log = recordedLog("email_solver");
    const before = structuredClone(log.events.slice(0, 20));
    log.events.splice(18, 1);
    expect(goesOnAfter(before)(log)).toEqual([expect.stringMatching(/^Before there was seq 19 .*, and now seq 20/)]);
  });

  test("after which nothing came is seen", () => {
    const log = recordedLog("email_solver");
    expect(goesOnAfter(log.events)(log)).toEqual(["Nothing has come since."]);
    expect(goesOnAfter([])(log)).toEqual(["Nothing was stored before."]);
  });
});

test("what happened while the store was away has to be told later", () => {
  const log = recordedLog("email_solver");
  const [event] = log.events.slice(30, 31);
  const at = Date.parse(event!.timestamp);
  const outage = { from: new Date(at - 1).toISOString(), to: new Date(at + 60_000).toISOString() };
  expect(keptWhatHappenedIn(outage)(log)).toEqual([expect.stringContaining("No event tells of what happened")]);
  event!.receivedAt = new Date(at + 61_000).toISOString();
  expect(keptWhatHappenedIn(outage)(log)).toEqual([]);
});

describe("pairs", () => {
  test("a call without a result never ended", () => {
    const log = without(recordedLog("email_solver"), ({ data }) => data["type"] === "tool_result");
    expect(isPaired(log)).toEqual(
      Array(2).fill(expect.stringMatching(/^The tool call 'KnowledgeBase' .* never ended/)),
    );
  });

  test("a result without a call is none", () => {
    const log = without(recordedLog("email_solver"), ({ data }) => data["type"] === "tool_call");
    expect(isPaired(log)).toEqual(Array(2).fill(expect.stringContaining("which is not open")));
  });

  test("a result that corrects the one before is taken, and a second one that does not is not", () => {
    const log = recordedLog("email_solver");
    const result = log.events.find(({ data }) => data["type"] === "tool_result")!;
    log.events.push({ ...result, eventId: `${result.eventId}#2` });
    expect(isPaired(log)).toEqual([]);
    expect(tells(solver.threads)(log)).toEqual([]);
    log.events.push({ ...result, eventId: "other" });
    expect(isPaired(log)).toHaveLength(1);
  });
});

describe("the state and the metadata", () => {
  test("a phase is missing, and one comes twice", () => {
    const log = recordedLog("email_solver");
    expect(goesThrough(["solving", "done"])(log)).toHaveLength(1);
    expect(goesThrough(["waiting_for_letters", "solving", "solving", "done"])(log)).toHaveLength(1);
  });

  test("a goal is open, missing, or too many", () => {
    const log = recordedLog("email_solver");
    log.state.goals[1]!.status = "in_progress";
    expect(completesGoals(solver.goals)(log)).toEqual([expect.stringContaining("is in_progress and not completed")]);
    log.state.goals.shift();
    expect(completesGoals(solver.goals)(log)).toHaveLength(3);
  });

  test("an agent failed that must not", () => {
    const log = recordedLog("email_solver");
    log.state.agents[0]!.status = "failed";
    expect(spawnsAgents(solver.agents)(log)).toHaveLength(1);
  });

  test("tokens are not counted, counted twice, or others than expected", () => {
    const log = recordedLog("email_solver");
    log.metadata.tokenUsage.input *= 2;
    expect(countsTokens(solver.tokens)(log)).toEqual([expect.stringContaining("The metadata counts 4500 in")]);
    expect(countsTokens()(without(recordedLog("email_solver"), ({ data }) => data["type"] === "model_call"))).toContain(
      "The log tells of no tokens.",
    );
    const fewer = { ...solver.tokens, calls: 8 };
    expect(countsTokens(fewer)(recordedLog("email_solver"))).toEqual([expect.stringContaining("and not of 8 calls")]);
  });

  test("a session that is not finalized, or twice, or failed has not ended well", () => {
    const isFinal = ({ type }: SessionEvent) => type === "session_finalized";
    expect(endsAs("completed")(without(recordedLog("email_solver"), isFinal))).toHaveLength(1);
    const log = recordedLog("email_solver");
    log.events.push(log.events.find(isFinal)!);
    log.metadata.status = "failed";
    log.final = null;
    expect(endsAs("completed")(log)).toHaveLength(3);
  });
});
