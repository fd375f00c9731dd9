import type { SessionListView } from "../../view/session-list-types.js";
import { defaultListQuery } from "../../view/session-list-types.js";
import { useServices } from "../hooks/use-services.js";
import { useKeys } from "../hooks/use-keys.js";
import { commandOf, type Command } from "../keys/key-table.js";
import { editText } from "../keys/edit-text.js";
import { overlayKey } from "../overlays/overlay-keys.js";
import type { Services } from "../services.js";
import { chooseInListMenu, listMenu } from "./list-menus.js";

interface ListKeys {
  services: Services;
  view: SessionListView;
  /** Rows of the table. */
  page: number;
}

/** What keys do in the list. */
export function useListKeys(view: SessionListView, page: number): void {
  const services = useServices();
  useKeys((key) => handleKey({ services, view, page }, key));
}

function handleKey(keys: ListKeys, key: string): void {
  const { ui } = keys.services;
  const { overlay, notice } = ui.getSnapshot();
  if (notice) ui.dispatch({ type: "notice", notice: null });
  if (key === "ctrl+c") return keys.services.exit(130);
  if (key === "ctrl+z") return void keys.services.stop();
  if (overlay?.kind === "prompt") return typeFilter(keys, overlay.text, key);
  if (overlay?.kind === "menu") {
    const items = listMenu(overlay.purpose, keys.view.getSnapshot());
    return overlayKey(keys.services, key, items.length, (index) => chooseInListMenu(keys.view, overlay.purpose, index));
  }
  if (overlay) return overlayKey(keys.services, key);
  const command = commandOf("list", key);
  if (command) void run(keys, command);
}

function typeFilter({ services: { ui }, view }: ListKeys, text: string, key: string): void {
  if (key === "enter") return ui.dispatch({ type: "overlay", overlay: null });
  if (key === "escape") {
    view.setQuery({ text: "" });
    return ui.dispatch({ type: "overlay", overlay: null });
  }
  if (key === "up" || key === "down") return view.moveSelection(key === "up" ? -1 : 1);
  const edited = editText(text, key);
  if (edited === undefined) return;
  ui.dispatch({ type: "overlay", overlay: { kind: "prompt", purpose: "filterText", text: edited } });
  view.setQuery({ text: edited });
}

function run(keys: ListKeys, command: Command): void | Promise<void> {
  if (!moves(keys, command) && !filters(keys, command)) return actions(keys, command);
}

function moves({ view, page }: ListKeys, command: Command): boolean {
  const by: Partial<Record<Command, number>> = {
    up: -1,
    down: 1,
    pageUp: -page,
    pageDown: page,
    first: -Infinity,
    last: Infinity,
  };
  const rows = by[command];
  if (rows !== undefined) view.moveSelection(rows);
  return rows !== undefined;
}

function filters({ view, services: { ui } }: ListKeys, command: Command): boolean {
  const { query } = view.getSnapshot();
  const menu = (purpose: "sort" | "status" | "user"): void => {
    const index = Math.max(
      0,
      listMenu(purpose, view.getSnapshot()).findIndex(({ on }) => on),
    );
    ui.dispatch({ type: "overlay", overlay: { kind: "menu", purpose, index } });
  };
  const runs: Partial<Record<Command, () => void>> = {
    filterText: () =>
      ui.dispatch({ type: "overlay", overlay: { kind: "prompt", purpose: "filterText", text: query.text } }),
    sort: () => menu("sort"),
    filterStatus: () => menu("status"),
    filterUser: () => menu("user"),
    onlyWaiting: () => view.setQuery({ waiting: !query.waiting }),
    reverse: () => view.setQuery({ descending: !query.descending }),
    refresh: () => view.refresh(),
    back: () => view.setQuery({ ...defaultListQuery, sort: query.sort, descending: query.descending }),
  };
  runs[command]?.();
  return runs[command] !== undefined;
}

function actions({ view, services }: ListKeys, command: Command): void | Promise<void> {
  const { ui } = services;
  if (command === "quit") return services.exit(0);
  if (command === "help") return ui.dispatch({ type: "overlay", overlay: { kind: "help", offset: 0 } });
  const { rows, offset, selectedIndex, query } = view.getSnapshot();
  const row = rows[selectedIndex - offset];
  if (!row) return ui.dispatch({ type: "notice", notice: { text: "No session is selected.", tone: "warn" } });
  const { sessionId } = row;
  if (command === "open")
    return ui.dispatch({ type: "openSession", sessionId, list: { query, selectedId: sessionId } });
  return onSession(services, command, sessionId);
}

async function onSession(services: Services, command: Command, sessionId: string): Promise<void> {
  const { ui } = services;
  const say = (text: string, tone: "ok" | "bad" = "ok"): void =>
    ui.dispatch({ type: "notice", notice: { text, tone } });
  try {
    if (command === "answer")
      ui.dispatch({ type: "overlay", overlay: { kind: "answer", sessionId, offset: 0, reason: null } });
    if (command === "copy" && services.copy(sessionId)) say(`Copied ${sessionId}`);
    if (command === "export") say(`Exported to ${await services.exportSession(sessionId)}`);
    if (command === "pager") {
      const session = await services.source.session(sessionId);
      await services.page(JSON.stringify(session, null, 2), `${sessionId}.json`);
    }
  } catch (error) {
    say((error as Error).message, "bad");
  }
}
