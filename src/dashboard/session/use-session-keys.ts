import { useRouter } from "../router.js";
import { useShortcuts } from "../shell/shortcuts.js";
import type { Pane } from "./session-body.js";
import { useSessionView } from "./session-context.js";

interface SessionKeys {
  showPane(pane: Pane): void;
  jump(): void;
}

/** The keys of the session's page beside those of the feed, the same as in the terminal. */
export function useSessionKeys({ showPane, jump }: SessionKeys): void {
  const view = useSessionView();
  const router = useRouter();
  const panes = [
    ["1", "feed", "The feed"],
    ["2", "goals", "The goals"],
    ["3", "agents", "The agents"],
    ["4", "state", "The state"],
    ["5", "timeline", "The timeline"],
  ] as const;
  const press = (selector: string) => () => document.querySelector<HTMLElement>(selector)?.click();
  const time = "Time travel";
  useShortcuts([
    ...panes.map(([keys, pane, help]) => ({ keys, help, group: "Session", run: () => showPane(pane) })),
    { keys: "a", help: "Answer what waits for you", group: "Session", run: focusAnswer },
    { keys: "e", help: "Export the session", group: "Session", run: press("#export-menu") },
    {
      keys: "q",
      help: "Back to the list",
      group: "Session",
      run: () => router.navigate(router.href({ page: "sessions" })),
    },
    { keys: "[", help: "One event back", group: time, run: () => view.stepMoment(-1) },
    { keys: "]", help: "One event forward", group: time, run: () => view.stepMoment(1) },
    { keys: "{", help: "100 events back", group: time, run: () => view.stepMoment(-100) },
    { keys: "}", help: "100 events forward", group: time, run: () => view.stepMoment(100) },
    { keys: "t", help: "To a time or a seq", group: time, run: jump },
    { keys: "L", help: "Back to now", group: time, run: () => backToNow() },
    { keys: "d", help: "Set a mark; the second time, show what changed since", group: time, run: () => compare() },
    { keys: "/", help: "Find text", group: "Find and filter", run: focusFind },
    { keys: "n", help: "The next hit", group: "Find and filter", run: () => view.findNext(1) },
    { keys: "N", help: "The hit before", group: "Find and filter", run: () => view.findNext(-1) },
    { keys: "f", help: "Show only some types", group: "Find and filter", run: press("#feed-filter") },
  ]);

  function backToNow(): void {
    view.clearDiff();
    view.goLive();
  }
  function compare(): void {
    const hadMark = view.getSnapshot().mark !== null;
    view.markMoment();
    if (hadMark) showPane("state");
  }
  function focusFind(): void {
    const field = document.querySelector<HTMLInputElement>("#feed-find");
    if (field) return field.select();
    // On a phone the field is there only once its tab is.
    showPane("feed");
    requestAnimationFrame(() => document.querySelector<HTMLInputElement>("#feed-find")?.select());
  }
}

function focusAnswer(): void {
  const banner = document.querySelector<HTMLElement>(".approval-banner, .waits-banner summary");
  (banner?.querySelector<HTMLElement>("button") ?? banner)?.focus();
}
