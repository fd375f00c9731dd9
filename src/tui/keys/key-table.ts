/** Every command of the dashboard; what they do is in use-commands.ts. */
export type Command =
  | "up"
  | "down"
  | "pageUp"
  | "pageDown"
  | "first"
  | "last"
  | "open"
  | "collapse"
  | "back"
  | "quit"
  | "help"
  | "filterText"
  | "sort"
  | "reverse"
  | "filterStatus"
  | "filterUser"
  | "onlyWaiting"
  | "answer"
  | "refresh"
  | "nextPane"
  | "previousPane"
  | "pane1"
  | "pane2"
  | "pane3"
  | "pane4"
  | "pane5"
  | "zoom"
  | "follow"
  | "minor"
  | "stepBack"
  | "stepForward"
  | "leapBack"
  | "leapForward"
  | "jump"
  | "live"
  | "mark"
  | "find"
  | "findNext"
  | "findPrevious"
  | "filterTypes"
  | "copy"
  | "pager"
  | "export"
  | "stop";

export type Screen = "list" | "session";

/** One line of the help: what a person presses, where, and what happens. */
export interface Binding {
  command: Command;
  /** As {@link keyName} names them. */
  keys: readonly string[];
  screen: Screen | "both";
  group: "Move" | "Sessions" | "Session" | "Time travel" | "Find and filter" | "Take out" | "Program";
  /** What happens, for the help page. */
  does: string;
  /** A word for the footer; without it the footer leaves the key out. */
  short?: string;
}

/** The one table of keys: the footer, the help page, the documentation and the dispatcher read it. */
export const bindings: readonly Binding[] = [
  { command: "down", keys: ["j", "down"], screen: "both", group: "Move", does: "down" },
  { command: "up", keys: ["k", "up"], screen: "both", group: "Move", does: "up" },
  { command: "pageDown", keys: ["ctrl+d", "pagedown"], screen: "both", group: "Move", does: "a page down" },
  { command: "pageUp", keys: ["ctrl+u", "pageup"], screen: "both", group: "Move", does: "a page up" },
  { command: "first", keys: ["g", "home"], screen: "both", group: "Move", does: "to the first" },
  { command: "last", keys: ["G", "end"], screen: "both", group: "Move", does: "to the last" },

  {
    command: "open",
    keys: ["enter", "l", "right"],
    screen: "list",
    group: "Sessions",
    does: "open the session",
    short: "open",
  },
  {
    command: "filterText",
    keys: ["/"],
    screen: "list",
    group: "Sessions",
    does: "filter as you type",
    short: "filter",
  },
  {
    command: "filterStatus",
    keys: ["f"],
    screen: "list",
    group: "Sessions",
    does: "filter by status",
    short: "status",
  },
  { command: "filterUser", keys: ["u"], screen: "list", group: "Sessions", does: "filter by user", short: "user" },
  {
    command: "onlyWaiting",
    keys: ["w"],
    screen: "list",
    group: "Sessions",
    does: "only those that wait for a person",
    short: "waiting",
  },
  { command: "sort", keys: ["s"], screen: "list", group: "Sessions", does: "sort by another column", short: "sort" },
  { command: "reverse", keys: ["r"], screen: "list", group: "Sessions", does: "reverse the order" },
  { command: "refresh", keys: ["R", "ctrl+l"], screen: "list", group: "Sessions", does: "read everything anew" },

  {
    command: "open",
    keys: ["enter", "l", "right"],
    screen: "session",
    group: "Session",
    does: "expand",
    short: "expand",
  },
  { command: "collapse", keys: ["h", "left"], screen: "session", group: "Session", does: "collapse" },
  { command: "nextPane", keys: ["tab"], screen: "session", group: "Session", does: "the next pane", short: "pane" },
  { command: "previousPane", keys: ["shift+tab"], screen: "session", group: "Session", does: "the pane before" },
  { command: "pane1", keys: ["1"], screen: "session", group: "Session", does: "the feed" },
  { command: "pane2", keys: ["2"], screen: "session", group: "Session", does: "the goals" },
  { command: "pane3", keys: ["3"], screen: "session", group: "Session", does: "the agents" },
  { command: "pane4", keys: ["4"], screen: "session", group: "Session", does: "the state" },
  { command: "pane5", keys: ["5"], screen: "session", group: "Session", does: "the metrics" },
  {
    command: "zoom",
    keys: ["z"],
    screen: "session",
    group: "Session",
    does: "the pane on the whole screen",
    short: "zoom",
  },
  {
    command: "follow",
    keys: ["F"],
    screen: "session",
    group: "Session",
    does: "follow what comes, or stay here",
    short: "follow",
  },
  { command: "minor", keys: ["m"], screen: "session", group: "Session", does: "show the small print too" },
  {
    command: "answer",
    keys: ["a"],
    screen: "both",
    group: "Session",
    does: "allow or deny what waits",
    short: "answer",
  },

  {
    command: "stepBack",
    keys: ["["],
    screen: "session",
    group: "Time travel",
    does: "one event back",
    short: "back in time",
  },
  { command: "stepForward", keys: ["]"], screen: "session", group: "Time travel", does: "one event forward" },
  { command: "leapBack", keys: ["{"], screen: "session", group: "Time travel", does: "100 events back" },
  { command: "leapForward", keys: ["}"], screen: "session", group: "Time travel", does: "100 events forward" },
  { command: "jump", keys: ["t"], screen: "session", group: "Time travel", does: "to a time or a seq" },
  { command: "live", keys: ["L"], screen: "session", group: "Time travel", does: "back to live", short: "live" },
  {
    command: "mark",
    keys: ["d"],
    screen: "session",
    group: "Time travel",
    does: "mark; again: what changed since",
    short: "mark",
  },

  { command: "find", keys: ["/"], screen: "session", group: "Find and filter", does: "find text", short: "find" },
  {
    command: "findNext",
    keys: ["n"],
    screen: "session",
    group: "Find and filter",
    does: "the next hit",
    short: "next hit",
  },
  { command: "findPrevious", keys: ["N"], screen: "session", group: "Find and filter", does: "the hit before" },
  {
    command: "filterTypes",
    keys: ["f"],
    screen: "session",
    group: "Find and filter",
    does: "show only some types",
    short: "types",
  },

  { command: "copy", keys: ["y"], screen: "both", group: "Take out", does: "copy the event or session's id" },
  { command: "pager", keys: ["o"], screen: "both", group: "Take out", does: "open in $PAGER" },
  { command: "export", keys: ["e"], screen: "both", group: "Take out", does: "export the session to a file" },

  { command: "back", keys: ["escape"], screen: "both", group: "Program", does: "close, clear, go back" },
  { command: "help", keys: ["?"], screen: "both", group: "Program", does: "this page", short: "keys" },
  { command: "quit", keys: ["q"], screen: "both", group: "Program", does: "quit, or back to the list" },
  { command: "stop", keys: ["ctrl+z"], screen: "both", group: "Program", does: "stop, until the shell continues it" },
  { command: "quit", keys: ["ctrl+c"], screen: "both", group: "Program", does: "quit" },
];

/** What a key means on a screen. */
export function commandOf(screen: Screen, key: string): Command | undefined {
  return bindings.find(
    (binding) => (binding.screen === screen || binding.screen === "both") && binding.keys.includes(key),
  )?.command;
}

const shown: Record<string, string> = {
  enter: "⏎",
  escape: "esc",
  up: "↑",
  down: "↓",
  left: "←",
  right: "→",
  tab: "⇥",
  "shift+tab": "⇧⇥",
  pagedown: "PgDn",
  pageup: "PgUp",
  home: "Home",
  end: "End",
  "ctrl+d": "^D",
  "ctrl+u": "^U",
  "ctrl+l": "^L",
  "ctrl+c": "^C",
  "ctrl+z": "^Z",
};

/** A key as people read it. */
export function shownKey(key: string): string {
  return shown[key] ?? key;
}
