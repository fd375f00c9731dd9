import { AppError } from "../../core/errors.js";
import type { State } from "../../core/state.js";
import { toEventLine } from "../line.js";
import { pageOf } from "../page.js";
import type { Page, PageQuery } from "../session-store.js";
import { sessionNotFound } from "../store-errors.js";
import type { HotSession } from "./hot-session.js";
import type { HotSessions } from "./hot-sessions.js";
import { readStateAt } from "./load-session.js";
import type { RecentCommits } from "./recent-commits.js";
import { readSessionPage } from "./session-pages.js";
import type { SessionFiles } from "./stored-lines.js";

/** Reads sessions as far as they are durable: from memory where that has it, else from their files. */
export class SessionReader {
  private readonly sessions: HotSessions;
  private readonly recent: RecentCommits;

  constructor(sessions: HotSessions, recent: RecentCommits) {
    this.sessions = sessions;
    this.recent = recent;
  }

  /** The session; undefined where nothing of it is durable. */
  async find(sessionId: string): Promise<HotSession | undefined> {
    let hot = this.sessions.get(sessionId);
    while (hot?.leaving) {
      await hot.leaving;
      hot = this.sessions.get(sessionId);
    }
    return hot && hot.durable.seq > 0 ? hot : undefined;
  }

  /** @throws AppError `session_not_found` */
  async filesOf(sessionId: string): Promise<SessionFiles> {
    const hot = await this.find(sessionId);
    if (!hot) throw sessionNotFound(sessionId);
    return { sessionId, folder: hot.folder, head: hot.durable.seq, sizes: hot.durable.sizes };
  }

  async readStateAt(sessionId: string, at: number): Promise<State> {
    const files = await this.filesOf(sessionId);
    if (at > files.head) {
      throw new AppError("invalid_input", `The session has ${files.head} events; ask for at most that seq.`, {
        issues: [{ path: "at", message: `must be at most ${files.head}` }],
      });
    }
    return readStateAt(files, at);
  }

  async readPage(sessionId: string, query: PageQuery): Promise<Page> {
    const files = await this.filesOf(sessionId);
    const { of, after, before, limit, types } = query;
    const end = Math.min(files.head, (before ?? Infinity) - 1);
    const plain = of === "events" && after !== undefined && !types?.length;
    const recent = plain ? this.recent.eventsOf(sessionId, after, Math.min(end, after + limit)) : undefined;
    if (!recent) return readSessionPage(files, query);
    const last = recent.at(-1)?.seq ?? after!;
    return pageOf(
      recent.map(({ stream, text }) => toEventLine(stream, sessionId, text)),
      recent,
      last < end,
    );
  }
}
