import { expect, test } from "vitest";
import type { SessionEvent } from "../core/event.js";
import { firstPage } from "../view/log-loader.js";
import { firstList } from "../view/session-pager.js";
import type { ViewSource } from "../view/source.js";
import { makeEvent } from "../view/testing/make-events.js";
import { MemorySource } from "../view/testing/memory-source.js";
import { withHeadStart } from "./head-start.js";

function sourceOf(events: SessionEvent[]) {
  const memory = new MemorySource();
  memory.write(events);
  // Sources are plain objects of functions.
  const source = {
    session: memory.session.bind(memory),
    events: memory.events.bind(memory),
    listSessions: memory.listSessions.bind(memory),
  } as unknown as ViewSource;
  return { memory, source };
}

const log = Array.from({ length: 5 }, (_, index) => makeEvent(index + 1, "action", { type: "note" }));

test("asks for a session and its newest page at once, and gives both out one time", async () => {
  const { memory, source } = sourceOf(log);
  const ahead = withHeadStart(source, "s");
  expect(memory.asked).toHaveLength(2);
  await ahead.session("s");
  const page = await ahead.events("s", { before: 5, limit: firstPage, filter: undefined });
  expect(page.events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4]);
  expect(memory.asked).toHaveLength(2);
  await ahead.session("s");
  await ahead.events("s", { before: 5, limit: firstPage });
  expect(memory.asked).toHaveLength(4);
});

test("asks again for what its page does not hold", async () => {
  const { memory, source } = sourceOf(log.slice(0, 3));
  const ahead = withHeadStart(source, "s");
  memory.write(log.slice(3));
  const page = await ahead.events("s", { before: 6, limit: firstPage });
  expect(page.events.map(({ seq }) => seq)).toEqual([1, 2, 3, 4, 5]);
  expect((await ahead.events("s", { after: 0, limit: 1 })).events).toHaveLength(1);
});

test("asks for the list, and for another one where that was filtered", async () => {
  const { memory, source } = sourceOf(log);
  const ahead = withHeadStart(source, undefined);
  expect((await ahead.listSessions({ ...firstList, user: undefined })).sessions).toHaveLength(1);
  expect(memory.asked).toHaveLength(1);
  expect((await ahead.listSessions({ ...firstList, user: "nobody" })).sessions).toEqual([]);
});
