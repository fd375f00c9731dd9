import { firstPage } from "../view/log-loader.js";
import { firstList } from "../view/session-pager.js";
import type { EventPage, EventQuery, ViewSource } from "../view/source.js";

/**
 * The source, of which what the dashboard is going to ask first is asked at once: the answers are on
 * their way while the rest of the program is loaded. Each is given out one time, where it fits.
 */
export function withHeadStart(source: ViewSource, sessionId: string | undefined): ViewSource {
  return sessionId === undefined ? withList(source) : withSession(source, sessionId);
}

function withList(source: ViewSource): ViewSource {
  let list = begun(source.listSessions(firstList));
  return {
    ...source,
    listSessions(query) {
      const known = list;
      list = undefined;
      return known && sameQuery(query, firstList) ? known : source.listSessions(query);
    },
  };
}

function withSession(source: ViewSource, sessionId: string): ViewSource {
  let session = begun(source.session(sessionId));
  let page = begun(source.events(sessionId, { limit: firstPage }));
  return {
    ...source,
    session(id) {
      const known = session;
      session = undefined;
      return known && id === sessionId ? known : source.session(id);
    },
    async events(id, query) {
      const known = page;
      const { before } = query;
      if (
        !known ||
        id !== sessionId ||
        before === undefined ||
        !sameQuery({ ...query, before }, { before, limit: firstPage })
      )
        return source.events(id, query);
      page = undefined;
      return pageBefore(await known, before) ?? source.events(id, query);
    },
  };
}

/** The newest page as the page before `before`; undefined where it does not reach that far. */
function pageBefore({ events, more }: EventPage, before: number): EventPage | undefined {
  const last = events.at(-1)?.seq ?? 0;
  return last < before - 1 ? undefined : { events: events.filter(({ seq }) => seq < before), more };
}

/** What fails is told to whoever asks for it, and to nobody else. */
function begun<T>(promise: Promise<T>): Promise<T> | undefined {
  promise.catch(() => {});
  return promise;
}

/** Undefined fields do not count. */
function sameQuery(a: object, b: EventQuery | object): boolean {
  return JSON.stringify(a, Object.keys(a).sort()) === JSON.stringify(b, Object.keys(b).sort());
}
