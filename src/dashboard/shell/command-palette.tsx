import { Fragment, useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from "react";
import type { Metadata } from "../../core/metadata.js";
import { conditionOfSession } from "../../view/row-words.js";
import { safeLine } from "../../view/safe-text.js";
import { givenTitle, sessionName } from "../../view/session-title.js";
import { useRouter, type Router } from "../router.js";
import { Dialog } from "../shared/dialog.js";
import { Icon, type IconName } from "../shared/icon.js";
import { useServices } from "../shared/services.js";
import { plainWords } from "../shared/words.js";
import { keyText } from "./help-dialog.js";
import { useShortcutRegistry } from "./shortcuts.js";
import "./command-palette.css";

interface Entry {
  id: string;
  group: "Commands" | "Sessions" | "Search";
  icon: IconName;
  text: string;
  detail: string;
  /** Found by as well, and not shown. */
  also?: string;
  run: () => void;
}

const mostShown = 50;
/** Keys that move about: nobody looks for them by name. */
const movements = new Set([
  "mod+k", "j", "k", "h", "l", "ctrl+d", "ctrl+u", "ArrowDown", "ArrowUp", "ArrowLeft", "ArrowRight", "Home", "End", "Enter",
  "Escape",
]); // prettier-ignore

/** Everything that can be done, and the newest sessions, by name. */
export function CommandPalette({ onClose }: { onClose: () => void }) {
  const id = useId();
  const [text, setText] = useState("");
  const [selected, setSelected] = useState(0);
  const entries = useEntries(text);
  const current = Math.min(selected, entries.length - 1);
  const list = useRef<HTMLUListElement>(null);
  useEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: "nearest" });
  }, [current]);

  const choose = (entry: Entry | undefined) => {
    if (!entry) return;
    onClose();
    entry.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === "ArrowDown") setSelected(Math.min(current + 1, entries.length - 1));
    else if (event.key === "ArrowUp") setSelected(Math.max(current - 1, 0));
    else if (event.key === "Enter") choose(entries[current]);
    else return;
    event.preventDefault();
  };
  return (
    <Dialog label="Commands and sessions" onClose={onClose}>
      <input
        className="palette-input"
        role="combobox"
        aria-label="Find a command or a session"
        aria-expanded="true"
        aria-controls={`${id}-list`}
        aria-activedescendant={entries.length > 0 ? `${id}-${current}` : undefined}
        placeholder="Find a command or a session"
        value={text}
        autoFocus
        onChange={(event) => {
          setText(event.target.value);
          setSelected(0);
        }}
        onKeyDown={onKeyDown}
      />
      <ul ref={list} id={`${id}-list`} className="palette-list" role="listbox" aria-label="Matches">
        {entries.map((entry, index) => (
          <Fragment key={entry.id}>
            {startsGroup(entries, index) && <Note text={entry.group} />}
            <Option
              id={`${id}-${index}`}
              entry={entry}
              selected={index === current}
              onPoint={() => setSelected(index)}
              onChoose={() => choose(entry)}
            />
          </Fragment>
        ))}
        {entries.length === 0 && <Note text="Nothing of that name." />}
      </ul>
    </Dialog>
  );
}

function startsGroup(entries: readonly Entry[], index: number): boolean {
  const { group } = entries[index]!;
  return group !== "Search" && group !== entries[index - 1]?.group;
}

function Note({ text }: { text: string }) {
  return (
    <li className="palette-group" role="presentation">
      {text}
    </li>
  );
}

interface OptionProps {
  id: string;
  entry: Entry;
  selected: boolean;
  onPoint: () => void;
  onChoose: () => void;
}

function Option({ id, entry: { icon, text, detail, group }, selected, onPoint, onChoose }: OptionProps) {
  return (
    <li
      id={id}
      role="option"
      aria-selected={selected}
      className="palette-entry"
      onPointerMove={onPoint}
      onClick={onChoose}
    >
      <Icon name={icon} size={15} />
      <span className="truncate">{text}</span>
      {group === "Commands" ? (
        <kbd className="kbd palette-keys">{detail}</kbd>
      ) : (
        <span className="palette-detail">{detail}</span>
      )}
    </li>
  );
}

function useEntries(text: string): Entry[] {
  const router = useRouter();
  const registry = useShortcutRegistry();
  const newest = useNewestSessions();
  const { titles, sessions: list } = useServices();
  return useMemo(() => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (entry: Entry) =>
      words.every((word) => `${entry.text} ${entry.detail} ${entry.also ?? ""}`.toLowerCase().includes(word));
    const commands = registry
      .list()
      .filter(({ keys }) => !movements.has(keys))
      .map(({ keys, help, run }): Entry => ({
        id: `key ${keys}`,
        group: "Commands",
        icon: "command",
        text: help,
        detail: keyText(keys),
        run,
      }));
    const shown = new Map(list.getSnapshot().rows.map(({ sessionId, title }) => [sessionId, title]));
    const sessions = newest.map((metadata) => {
      const { sessionId } = metadata;
      const title = givenTitle(metadata) ?? shown.get(sessionId) ?? titles.get(sessionId);
      return sessionEntry(metadata, title, router);
    });
    // Whoever types nothing looks for what can be done; who types looks for a session most often.
    const all = words.length === 0 ? [...commands, ...sessions] : [...sessions, ...commands];
    const found = all.filter(fits).slice(0, mostShown);
    return text.trim() === "" ? found : [...found, searchEntry(text.trim(), router)];
  }, [text, newest, registry, router, titles, list]);
}

/** Read when the palette opens. */
function useNewestSessions(): readonly Metadata[] {
  const { source } = useServices();
  const [newest, setNewest] = useState<readonly Metadata[]>([]);
  useEffect(() => {
    let open = true;
    source.listSessions({ limit: 200 }).then(
      ({ sessions }) => open && setNewest(sessions),
      () => {}, // The commands are there without.
    );
    return () => {
      open = false;
    };
  }, [source]);
  return newest;
}

function sessionEntry(metadata: Metadata, title: string | null, router: Router): Entry {
  const { sessionId, userId } = metadata;
  const { name, other } = sessionName({ sessionId, title });
  const condition = conditionOfSession(metadata, Date.now());
  return {
    id: `session ${sessionId}`,
    group: "Sessions",
    icon: "sessions",
    text: plainWords(safeLine(name)),
    also: `${sessionId} ${other}`,
    detail: userId === null ? condition : `${safeLine(userId)} · ${condition}`,
    run: () => router.navigate(router.href({ page: "session", sessionId })),
  };
}

function searchEntry(text: string, router: Router): Entry {
  return {
    id: "search",
    group: "Search",
    icon: "search",
    text: `Search everything for “${text}”`,
    detail: "",
    run: () => router.navigate(router.href({ page: "sessions" }, { q: text })),
  };
}
