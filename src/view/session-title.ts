import type { SessionEvent } from "../core/event.js";
import type { Metadata } from "../core/metadata.js";
import { recordType, textOf } from "./record.js";
import { brief } from "./safe-text.js";
import type { ViewSource } from "./source.js";

/** The first prompt is one of the first events; a log that begins otherwise is not read through for it. */
const searched = 20;
const longest = 200;
const withheld = "<REDACTED>";

/** What a session is called, on one line and safe to print. */
export interface SessionName {
  name: string;
  /** Its id where `name` is a title, its title where `name` is its id; "" where there is no other. */
  other: string;
}

/**
 * An id that a person chose is a session's name; one that a program made up says nothing, and the
 * title stands for it where there is one.
 */
export function sessionName({ sessionId, title }: { sessionId: string; title: string | null }): SessionName {
  const shown = brief(title ?? "", longest);
  if (shown === "" || !isMadeUp(sessionId)) return { name: sessionId, other: shown };
  return { name: shown, other: sessionId };
}

/** UUIDs, hashes, and whatever else is mostly digits. */
function isMadeUp(sessionId: string): boolean {
  if (/[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}|[0-9a-f]{16}|[0-9A-HJKMNP-TV-Z]{26}/.test(sessionId)) return true;
  const digits = sessionId.replaceAll(/\D/g, "").length;
  return sessionId.length >= 16 && digits * 3 > sessionId.length;
}

/** The title that the session's producer gave it; null where it gave none. */
export function givenTitle(metadata: Metadata): string | null {
  return textOf(metadata["title"]);
}

/** What a person asked of the session; null for every other event. */
function promptOf(event: SessionEvent): string | null {
  const { data } = event;
  if (recordType(event) !== "user_prompt" || textOf(data["agentId"]) !== null) return null;
  const text = textOf(data["text"]);
  const from = textOf(data["from"]);
  return (from === null || from === "person") && text !== withheld ? text : null;
}

/** The first thing that a person asked of a session; null where its log does not begin with one. */
export async function readFirstPrompt(source: Pick<ViewSource, "events">, sessionId: string): Promise<string | null> {
  const { events } = await source.events(sessionId, { after: 0, limit: searched });
  return firstPrompt(events);
}

export function firstPrompt(events: readonly SessionEvent[]): string | null {
  for (const event of events) {
    const text = promptOf(event);
    if (text !== null) return text.slice(0, longest * 4);
  }
  return null;
}

/** The title of one session, live. */
export class SessionTitle {
  private readonly options: { source: Pick<ViewSource, "events">; sessionId: string; changed: () => void };
  private prompt: string | null = null;

  constructor(options: SessionTitle["options"]) {
    this.options = options;
  }

  of(metadata: Metadata): string | null {
    return givenTitle(metadata) ?? this.prompt;
  }

  take(event: SessionEvent): void {
    this.prompt ??= firstPrompt([event]);
  }

  /** Reads what a session without a title is called by. A title is not worth a failure: without it the id is shown. */
  open(metadata: Metadata): void {
    if (givenTitle(metadata) !== null) return;
    const { source, sessionId, changed } = this.options;
    readFirstPrompt(source, sessionId).then(
      (prompt) => {
        this.prompt = prompt ?? this.prompt;
        changed();
      },
      () => {},
    );
  }
}
