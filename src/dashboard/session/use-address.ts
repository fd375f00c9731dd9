import { useEffect, useRef } from "react";
import { feedKinds } from "../../view/feed-types.js";
import type { FeedFilter, SessionView } from "../../view/session-view-types.js";
import { useLocation, useRouter, type Params } from "../router.js";
import { useSession } from "./session-context.js";

/**
 * The session's view and the page's address say the same: what the address asks for is gone to, and
 * what a person looks at is written there, so that it can be shared.
 */
export function useAddress(view: SessionView): void {
  const router = useRouter();
  const { params } = useLocation();
  const written = useRef<string | null>(null);
  const event = params.get("event") ?? params.get("seq");

  useEffect(() => {
    const filter = filterOf(params);
    if (filter) view.setFilter(filter);
    const at = numberOf(params.get("at"));
    if (at !== null) view.setMoment(at);
    const find = params.get("find");
    if (find) view.find(find);
    // What the address says when the page opens; afterwards the page writes it.
  }, [view]);

  useEffect(() => {
    const seq = numberOf(event);
    if (seq !== null) view.goTo(seq);
  }, [view, event]);

  const filter = useSession(({ feed }) => feed.filter);
  const at = useSession(({ moment }) => moment.seq);
  const find = useSession((snapshot) => snapshot.find?.query ?? null);
  useEffect(() => {
    const change: Params = {
      kinds: filter.kinds?.join(",") ?? null,
      errors: filter.errors ? 1 : null,
      agent: filter.agentId === "" ? "main" : filter.agentId,
      minor: filter.minor ? 1 : null,
      at,
      find,
    };
    const text = JSON.stringify(change);
    // The first time it is what the address itself asked for.
    if (written.current !== null && written.current !== text) router.setParams(change, { replace: true });
    written.current = text;
  }, [router, filter, at, find]);
}

function filterOf(params: URLSearchParams): Partial<FeedFilter> | null {
  const named = params.get("kinds")?.split(",") ?? [];
  const kinds = feedKinds.filter((kind) => named.includes(kind));
  const agent = params.get("agent");
  const filter = {
    kinds: kinds.length > 0 ? kinds : null,
    errors: params.has("errors"),
    agentId: agent === "main" ? "" : agent,
    minor: params.has("minor"),
  };
  const isPlain = filter.kinds === null && !filter.errors && agent === null && !filter.minor;
  return isPlain ? null : filter;
}

function numberOf(text: string | null): number | null {
  return text !== null && /^\d{1,15}$/.test(text) ? Number(text) : null;
}
