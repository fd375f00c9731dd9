import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from "react";
import type { Metadata } from "../../core/metadata.js";
import { conditionOf } from "../../view/row-words.js";
import { safeLine } from "../../view/safe-text.js";
import { useRouter, type Router } from "../router.js";
import { Dialog } from "../shared/dialog.js";
import { Icon, type IconName } from "../shared/icon.js";
import { useServices } from "../shared/services.js";
import { keyText } from "./help-dialog.js";
import { useShortcutRegistry } from "./shortcuts.js";
import "./command-palette.css";

interface Entry {
  id: string;
  icon: IconName;
  text: string;
  detail: string;
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
          <li
            key={entry.id}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === current}
            className="palette-entry"
            onPointerMove={() => setSelected(index)}
            onClick={() => choose(entry)}
          >
            <Icon name={entry.icon} size={15} />
            <span className="truncate">{entry.text}</span>
            <span className="palette-detail">{entry.detail}</span>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

function useEntries(text: string): Entry[] {
  const router = useRouter();
  const registry = useShortcutRegistry();
  const newest = useNewestSessions();
  return useMemo(() => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (entry: Entry) => words.every((word) => `${entry.text} ${entry.detail}`.toLowerCase().includes(word));
    const commands = registry
      .list()
      .filter(({ keys }) => !movements.has(keys))
      .map(({ keys, help, run }): Entry => ({
        id: `key ${keys}`,
        icon: "command",
        text: help,
        detail: keyText(keys),
        run,
      }));
    const sessions = newest.map((metadata) => sessionEntry(metadata, router));
    const found = [...commands, ...sessions].filter(fits).slice(0, mostShown);
    return text.trim() === "" ? found : [...found, searchEntry(text.trim(), router)];
  }, [text, newest, registry, router]);
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

function sessionEntry({ sessionId, status, liveness, userId }: Metadata, router: Router): Entry {
  const condition = conditionOf({ status, liveness: liveness.status });
  return {
    id: `session ${sessionId}`,
    icon: "sessions",
    text: safeLine(sessionId),
    detail: userId === null ? condition : `${safeLine(userId)} · ${condition}`,
    run: () => router.navigate(router.href({ page: "session", sessionId })),
  };
}

function searchEntry(text: string, router: Router): Entry {
  return {
    id: "search",
    icon: "search",
    text: `Search everything for “${text}”`,
    detail: "",
    run: () => router.navigate(router.href({ page: "sessions" }, { q: text })),
  };
}
