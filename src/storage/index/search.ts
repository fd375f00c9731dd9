import { candidates, type Walk } from "./candidates.js";
import { sessionWord, typeWord, userWord } from "./extract-text.js";
import { openPoolTable, Pool, type PoolTable } from "./pool.js";
import type { SearchReply, SearchRequest } from "./protocol.js";
import { parseQueryText } from "./query-text.js";
import type { Database } from "./sqlite.js";
import type { Teller } from "./teller.js";

/*
 * The index keeps words, not texts, and ranking over all matches of a common word would read all
 * of its million entries. So a search takes the newest matches, a pool at a time, reads their lines
 * from the sessions' own files into a small table in memory, and lets that rank them and make the
 * snippets. A line that is gone, or no longer says it, is no hit. The next page goes on in the same
 * pool, then below it, so that nothing comes twice while new events arrive.
 */

const poolSize = 100;
const poolCharacters = 512 * 1024;

/** Milliseconds after which a page is handed out as it is, with the place to go on from. */
const pageTime = 150;

interface SearcherOptions {
  db: Database;
  sessionsPath: string;
  /** The number behind that of the newest document. */
  nextDoc: () => number;
  teller: Teller;
}

export class Searcher {
  private readonly options: SearcherOptions;
  private table: PoolTable | undefined;

  constructor(options: SearcherOptions) {
    this.options = options;
  }

  /** A page of hits, best first within a pool; fewer than asked for where looking on would take too long. */
  async search(request: SearchRequest): Promise<SearchReply> {
    const words = parseQueryText(request.q)?.match;
    const scope = this.scopeWords(request);
    if (words === undefined || scope === undefined) return { hits: [], next: null };
    const match = [`text : ${words}`, ...scope.map((word) => `scope : "${word}"`)].join(" AND ");
    const deadline = performance.now() + pageTime;
    let position = request.from ?? { upper: this.options.nextDoc(), offset: 0 };
    const hits: SearchReply["hits"] = [];
    for (;;) {
      const part = this.poolPage({ ...request, from: position, limit: request.limit - hits.length }, words, match);
      if (part === "teller") {
        await this.options.teller.load();
        continue;
      }
      hits.push(...part.hits);
      if (part.next === null || hits.length >= request.limit || performance.now() > deadline)
        return { hits, next: part.next };
      position = part.next;
    }
  }

  /** What one pool gives, and where the next page goes on; or that the teller has to be loaded first. */
  private poolPage(request: SearchRequest, words: string, match: string): SearchReply | "teller" {
    const { upper, offset } = request.from!;
    this.table ??= openPoolTable();
    const pool = new Pool(this.table, this.options);
    try {
      const walk: Walk = { bottom: upper, exhausted: false };
      for (const candidate of candidates(this.options.db, match, upper, request, walk)) {
        pool.add(candidate, request.type);
        if (pool.needsTeller) return "teller";
        if (pool.size >= poolSize || pool.characters >= poolCharacters) break;
      }
      const ranked = pool.ranked(words);
      const page = ranked.slice(offset, offset + request.limit);
      const hits = page.map(({ doc, hit }) => ({ ...hit, snippet: pool.snippet(words, doc) }));
      const reached = offset + page.length;
      if (reached < ranked.length) return { hits, next: { upper, offset: reached } };
      return { hits, next: walk.exhausted ? null : { upper: walk.bottom, offset: 0 } };
    } finally {
      pool.close();
    }
  }

  /** The filters as words of the scope; undefined where no document can pass. */
  private scopeWords({ sessionId, userId, type }: SearchRequest): string[] | undefined {
    const words: string[] = [];
    if (sessionId !== undefined) {
      const row = this.options.db.prepare("SELECT pk FROM sessions WHERE id = ?").get(sessionId);
      if (!row) return undefined;
      words.push(sessionWord(Number(row["pk"])));
    }
    if (userId !== undefined) words.push(userWord(userId));
    if (type !== undefined) words.push(typeWord(type));
    return words;
  }
}
