import { useEffect, useRef, useState } from "react";
import { formatExact } from "../../view/format.js";
import { feedKinds } from "../../view/feed-types.js";
import { kindWords, toggledKinds } from "../../view/feed-kinds.js";
import { agentRows } from "../../view/agent-tree.js";
import { brief } from "../../view/safe-text.js";
import type { FindSnapshot } from "../../view/session-view-types.js";
import { Button, IconButton } from "../shared/button.js";
import { Icon } from "../shared/icon.js";
import { Menu, type MenuItem } from "../shared/menu.js";
import { useSession, useSessionView } from "./session-context.js";
import "./feed-toolbar.css";

/** What the feed shows, and where in it a text stands. */
export function FeedToolbar({ sessionId }: { sessionId: string }) {
  const view = useSessionView();
  const filter = useSession((snapshot) => snapshot.feed.filter);
  const follow = useSession((snapshot) => snapshot.feed.follow);
  const live = useSession(({ session }) => session?.metadata.status === "active");
  return (
    <div className="feed-toolbar" role="toolbar" aria-label="Feed of the session">
      <Find key={sessionId} />
      <Filter />
      <Button
        size="sm"
        kind="quiet"
        icon="alert"
        aria-pressed={filter.errors}
        title="Only what failed"
        onClick={() => view.setFilter({ errors: !filter.errors })}
      >
        Errors
      </Button>
      {filter.agentId !== null && <AgentFilter agentId={filter.agentId} />}
      <span className="feed-toolbar-space" />
      <Button
        size="sm"
        kind="quiet"
        icon={follow ? "pause" : "play"}
        aria-pressed={follow}
        title={follow ? "Stay here (F)" : "Show what comes as it comes (F)"}
        onClick={() => (follow ? view.setFollow(false) : view.goLive())}
      >
        {follow ? (live ? "Following" : "At the end") : "Follow"}
      </Button>
    </div>
  );
}

/** Text in the whole log: the hits one after the other. */
function Find() {
  const view = useSessionView();
  const find = useSession((snapshot) => snapshot.find);
  const [text, setText] = useState(find?.query ?? "");
  const field = useRef<HTMLInputElement>(null);
  const query = find?.query;
  useEffect(() => setText(query ?? ""), [query]);
  const submit = (by: 1 | -1) => {
    if (text.trim() === "") return view.clearFind();
    if (find?.query === text) view.findNext(by);
    else view.find(text);
  };
  return (
    <form
      className="feed-find"
      role="search"
      onSubmit={(event) => {
        event.preventDefault();
        submit(1);
      }}
    >
      <Icon name="search" size={13} />
      <input
        ref={field}
        id="feed-find"
        type="search"
        placeholder="Find in the session"
        aria-label="Find in the session"
        value={text}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={(event) => {
          if (event.key === "Enter" && event.shiftKey) {
            event.preventDefault();
            submit(-1);
          } else if (event.key === "Escape") {
            event.stopPropagation();
            view.clearFind();
            setText("");
            field.current?.blur();
          }
        }}
      />
      {find && <Hits find={find} />}
    </form>
  );
}

function Hits({ find }: { find: FindSnapshot }) {
  const view = useSessionView();
  return (
    <>
      <span className="feed-find-hits" role="status">
        {hitsText(find)}
      </span>
      <IconButton
        size="sm"
        icon="chevron"
        className="feed-find-up"
        label="The hit before (N)"
        disabled={find.hits.length === 0}
        onClick={() => view.findNext(-1)}
      />
      <IconButton
        size="sm"
        icon="chevron"
        className="feed-find-down"
        label="The next hit (n)"
        disabled={find.hits.length === 0}
        onClick={() => view.findNext(1)}
      />
    </>
  );
}

function hitsText({ hits, index, loading, more, error }: FindSnapshot): string {
  if (error && hits.length === 0) return error.message;
  if (hits.length === 0) return loading ? "Looking…" : "No hits";
  return `${formatExact(index + 1)} of ${formatExact(hits.length)}${more || loading ? "+" : ""}`;
}

function Filter() {
  const view = useSessionView();
  const { kinds, errors, minor } = useSession((snapshot) => snapshot.feed.filter);
  const items: MenuItem[] = [
    {
      id: "all",
      label: "Everything",
      on: kinds === null && !errors,
      run: () => view.setFilter({ kinds: null, errors: false }),
    },
    {
      id: "minor",
      label: "Small print too",
      detail: "Model calls, liveness, bookkeeping",
      on: minor,
      run: () => view.setFilter({ minor: !minor }),
    },
    ...feedKinds.map((kind, index) => ({
      id: kind,
      label: capital(kindWords[kind]),
      on: kinds?.includes(kind) ?? false,
      separated: index === 0,
      run: () => view.setFilter({ kinds: toggledKinds(view.getSnapshot().feed.filter.kinds, kind) }),
    })),
  ];
  const label =
    kinds === null
      ? minor
        ? "All + small print"
        : "All types"
      : kinds.length === 1
        ? capital(kindWords[kinds[0]!])
        : `${kinds.length} types`;
  return (
    <Menu
      label={label}
      title="Types that the feed shows"
      items={items}
      size="sm"
      kind="quiet"
      icon="filter"
      id="feed-filter"
      aria-pressed={kinds !== null}
    />
  );
}

function AgentFilter({ agentId }: { agentId: string }) {
  const view = useSessionView();
  const agents = useSession((snapshot) => snapshot.session?.state.agents);
  const now = useSession((snapshot) => snapshot.now);
  const type = agentRows(agents ?? [], now).find((row) => row.agentId === agentId)?.type;
  return (
    <Button size="sm" icon="close" title="Show all agents again" onClick={() => view.setFilter({ agentId: null })}>
      {agentId === "" ? "main agent" : brief(type ?? agentId, 30)}
    </Button>
  );
}

function capital(text: string): string {
  return text.slice(0, 1).toUpperCase() + text.slice(1);
}
