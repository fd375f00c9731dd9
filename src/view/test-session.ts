import type { Client } from "../client/http-client.js";
import type { EventInput } from "../client/types.js";
import type { ViewClock } from "./observable.js";
import { pause } from "./keep-trying.js";
import { testTag } from "./test-tag.js";
import { testStories, type StoryStep } from "./test-stories.js";

export interface TestSessionOptions {
  client: Pick<Client, "createSession" | "appendMany">;
  clock: ViewClock;
  /** Ends it where it is. */
  signal: AbortSignal;
  /** Which of the stories is told: counted on, they come in turn. */
  story: number;
  /** In [0, 1): the id's end. */
  random?: () => number;
  /** Told once the session is there. */
  onCreated?: (sessionId: string) => void;
}

/**
 * Makes a session and lets a realistic agent work in it for some seconds, event by event, as one
 * would that is really there. Resolves with its id at its end. @throws AppError where the server refuses
 */
export async function playTestSession(options: TestSessionOptions): Promise<string> {
  const { client, clock, signal, random = Math.random, onCreated } = options;
  const story = testStories[options.story % testStories.length]!;
  const end = Math.floor(random() * 36 ** 4).toString(36).padStart(4, "0"); // prettier-ignore
  const sessionId = `test-${story.name}-${end}`;
  await client.createSession({
    sessionId,
    userId: "test-user",
    tags: [testTag, ...story.tags],
    initial: { source: "test session", input: story.prompt, config: { model: story.model } },
  });
  onCreated?.(sessionId);
  let done = 0;
  for (const { after, events } of story.steps()) {
    await pause(clock, after, signal);
    if (signal.aborted) break;
    await client.appendMany(
      sessionId,
      events.map((event, index) => numbered(event, done + index)),
    );
    done += events.length;
  }
  return sessionId;
}

/** A write that is tried again stores nothing twice. */
function numbered(event: EventInput, index: number): EventInput {
  return { ...event, eventId: `test:${index}` };
}

/** How long a story plays, in milliseconds. */
export function storyLength(steps: Iterable<StoryStep>): number {
  return [...steps].reduce((sum, { after }) => sum + after, 0);
}
