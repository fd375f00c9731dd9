import { useEffect, useId, useRef, useState } from "react";
import { useView } from "../../view/use-view.js";
import { useRouter } from "../router.js";
import { Button } from "../shared/button.js";
import { Icon } from "../shared/icon.js";
import { Segmented } from "../shared/segmented.js";
import { useServices } from "../shared/services.js";
import { useShortcuts } from "../shell/shortcuts.js";
import {
  isFiltered,
  noFilters,
  statusChoice,
  statusChoices,
  statusParams,
  type ListAddress,
  type StatusChoice,
} from "./list-query.js";
import "./filter-bar.css";

const statusLabels: Record<StatusChoice, string> = {
  all: "All",
  active: "Active",
  waiting: "Waiting",
  completed: "Completed",
  failed: "Failed",
  cancelled: "Cancelled",
};

export function FilterBar({ address }: { address: ListAddress }) {
  const router = useRouter();
  const { sessions } = useServices();
  const { users, tags } = useView(sessions);
  const { query, search, part } = address;
  // Events are found by their words and whose session it is.
  const inEvents = search !== "" && part === "events";
  const clear = () => router.setParams(noFilters);
  return (
    <div className="filter-bar" role="search" aria-label="Sessions">
      <SearchField search={search} />
      <div className="filter-bar-row">
        {!inEvents && (
          <Segmented
            label="Status"
            choices={statusChoices.map((id) => ({ id, label: statusLabels[id] }))}
            chosen={statusChoice(query)}
            onChoose={(choice) => router.setParams(statusParams(choice))}
          />
        )}
        <Choice label="User" name="user" value={query.userId} choices={users} />
        {!inEvents && <Choice label="Tag" name="tag" value={query.tag} choices={tags} />}
        {(isFiltered(query) || search !== "") && (
          <Button kind="quiet" size="sm" icon="close" onClick={clear}>
            Clear
          </Button>
        )}
      </div>
    </div>
  );
}

/** Typing searches; `/` comes here, Escape clears and leaves. */
function SearchField({ search }: { search: string }) {
  const router = useRouter();
  const field = useRef<HTMLInputElement>(null);
  const [text, setText] = useState(search);
  useEffect(() => setText(search), [search]);
  useShortcuts([
    { keys: "/", help: "Search everything said and done", group: "Sessions", run: () => field.current?.select() },
  ]);
  const change = (next: string) => {
    setText(next);
    router.setParams(next.trim() === "" ? { q: null, in: null } : { q: next }, { replace: search !== "" });
  };
  return (
    <div className="filter-bar-search">
      <Icon name="search" size={15} />
      <input
        ref={field}
        type="search"
        aria-label="Search everything said and done"
        placeholder="Search everything said and done"
        value={text}
        onChange={(event) => change(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== "Escape") return;
          event.preventDefault();
          if (text === "") event.currentTarget.blur();
          else change("");
        }}
      />
      <kbd className="kbd filter-bar-hint">/</kbd>
    </div>
  );
}

interface ChoiceProps {
  label: string;
  /** Of the parameter. */
  name: string;
  value: string | null;
  choices: readonly string[];
}

/** A value out of those that were seen, or any other that is typed. */
function Choice({ label, name, value, choices }: ChoiceProps) {
  const id = useId();
  const router = useRouter();
  const [text, setText] = useState(value ?? "");
  useEffect(() => setText(value ?? ""), [value]);
  const apply = (next: string) => {
    if (next !== (value ?? "")) router.setParams({ [name]: next === "" ? null : next });
  };
  return (
    <label className={`filter-bar-field ${value === null ? "" : "filter-bar-field-set"}`}>
      <span>{label}</span>
      <input
        list={id}
        value={text}
        placeholder="any"
        maxLength={256}
        onChange={(event) => {
          setText(event.target.value);
          if (event.target.value === "" || choices.includes(event.target.value)) apply(event.target.value);
        }}
        onBlur={() => apply(text)}
        onKeyDown={(event) => event.key === "Enter" && apply(text)}
      />
      <datalist id={id}>
        {choices.slice(0, 200).map((choice) => (
          <option key={choice} value={choice} />
        ))}
      </datalist>
    </label>
  );
}
