import { AppError } from "../../core/errors.js";
import type { NewEvent, SessionEvent } from "../../core/event.js";
import type { AppendedEvent, Page, SessionStore } from "../../storage/session-store.js";
import { emptyStory, tell, type Story } from "./story.js";

/** The stories of the sessions that report, read from their logs and kept up with what is appended. */
export interface Stories {
  /** The session's story; with `anew` it takes in what others have stored meanwhile. */
  upToDate(sessionId: string, anew: boolean): Promise<Story>;
  /** Takes in what was appended right behind the story. */
  appended(sessionId: string, events: readonly NewEvent[], places: readonly AppendedEvent[]): void;
}

const told = ["action", "response"];
const pageSize = 1000;
/** A story that is read from the log goes back this far; an older call without a result is forgotten. */
const mostPages = 5;
const mostStories = 1000;

export function createStories(store: SessionStore): Stories {
  const stories = new Map<string, Story>();

  function keep(sessionId: string, story: Story): Story {
    stories.delete(sessionId);
    stories.set(sessionId, story);
    if (stories.size > mostStories) stories.delete(stories.keys().next().value!);
    return story;
  }

  return {
    async upToDate(sessionId, anew) {
      const known = stories.get(sessionId);
      if (known && !anew) return keep(sessionId, known);
      const head = await store.head(sessionId);
      const isAhead = known !== undefined && known.seq <= head;
      return keep(sessionId, isAhead ? await goOn(store, sessionId, known) : await readBack(store, sessionId, head));
    },

    appended(sessionId, events, places) {
      const story = stories.get(sessionId);
      const fresh = places.filter(({ duplicate }) => !duplicate);
      const first = fresh[0];
      if (!story || !first) return;
      // A session's first report also creates it, which is an event of its own.
      if (first.seq !== story.seq + 1 && story.seq !== 0) return;
      const placed = events.map((event, index) => ({ ...event, place: places[index] }));
      const records = placed.filter((event) => event.place?.duplicate === false && isTold(event));
      const after = records.reduce(
        (story, { data, place }) => tell(story, { ...data, timestamp: place!.timestamp }),
        story,
      );
      keep(sessionId, { ...after, seq: fresh.at(-1)!.seq });
    },
  };
}

function isTold({ type }: { type: string }): boolean {
  return told.includes(type);
}

/** The story with everything behind it. */
async function goOn(store: SessionStore, sessionId: string, story: Story): Promise<Story> {
  for (let after = story.seq; ;) {
    const page = await readPage(store, sessionId, { after });
    for (const event of eventsOf(page)) {
      story = { ...(isTold(event) ? tell(story, event.data) : story), seq: event.seq };
      after = event.seq;
    }
    if (!page.more) return story;
  }
}

/** The story from the newest records up to `head`. */
async function readBack(store: SessionStore, sessionId: string, head: number): Promise<Story> {
  const pages: Page[] = [];
  let before = head + 1;
  while (before > 1 && pages.length < mostPages) {
    const page = await readPage(store, sessionId, { before, types: told });
    pages.unshift(page);
    if (!page.more) break;
    before = page.first;
  }
  const story = pages.flatMap(eventsOf).reduce((story, { data }) => tell(story, data), emptyStory());
  return { ...story, seq: head };
}

const nothing: Page = { lines: new Uint8Array(), count: 0, first: 0, last: 0, more: false };

async function readPage(
  store: SessionStore,
  sessionId: string,
  range: { after?: number; before?: number; types?: readonly string[] },
): Promise<Page> {
  try {
    return await store.readPage(sessionId, { of: "events", limit: pageSize, ...range });
  } catch (error) {
    // Deleted meanwhile: its story is over.
    if (error instanceof AppError && error.code === "session_not_found") return nothing;
    throw error;
  }
}

function eventsOf({ lines }: Page): SessionEvent[] {
  const text = Buffer.from(lines).toString().trimEnd();
  return text === "" ? [] : text.split("\n").map((line) => JSON.parse(line) as SessionEvent);
}
