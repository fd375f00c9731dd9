import { onTestFinished } from "vitest";
import type { SessionEvent } from "../../core/event.js";
import { createSessionView } from "../session-view.js";
import type { SessionView } from "../session-view-types.js";
import { makeEvent } from "./make-events.js";
import { manualClock } from "./manual-clock.js";
import { MemorySource } from "./memory-source.js";

export function message(seq: number, text = `m${seq}`): SessionEvent {
  return makeEvent(seq, "response", { type: "assistant_message", text });
}

export function messages(from: number, to: number): SessionEvent[] {
  return Array.from({ length: to - from + 1 }, (_, index) => message(from + index));
}

/** A session view over a source that the test writes, with its first frames made. */
export async function openSession(events: readonly SessionEvent[], framesPerSecond = 20) {
  const source = new MemorySource();
  source.write(events);
  const clock = manualClock();
  const view = createSessionView({ source, clock, sessionId: "s", framesPerSecond, random: () => 0.5 });
  let frames = 0;
  const stop = view.subscribe(() => (frames += 1));
  onTestFinished(() => {
    stop();
    view.close();
  });
  await clock.advance(100);
  return { source, clock, view, frames: () => frames };
}

export function seqs(view: SessionView): number[] {
  return view.getSnapshot().feed.items.map(({ seq }) => seq);
}

export function selected(view: SessionView): number | undefined {
  const { feed } = view.getSnapshot();
  return feed.items[feed.selectedIndex]?.seq;
}
