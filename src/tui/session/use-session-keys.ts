import type { SessionView } from "../../view/session-view-types.js";
import { useKeys } from "../hooks/use-keys.js";
import { useServices } from "../hooks/use-services.js";
import { editText } from "../keys/edit-text.js";
import { commandOf } from "../keys/key-table.js";
import { overlayKey } from "../overlays/overlay-keys.js";
import type { Services } from "../services.js";
import type { FeedScroll } from "./feed-scroll.js";
import { parseJump } from "../../view/parse-jump.js";
import { runSessionCommand } from "./session-commands.js";
import { chooseType, typeMenu } from "./type-menu.js";

export interface SessionKeys {
  services: Services;
  view: SessionView;
  scroll: FeedScroll;
  /** Rows of the pane with the focus. */
  page: number;
  /** Draws again: the feed was scrolled inside an item. */
  redraw(): void;
}

/** What keys do in a session. */
export function useSessionKeys(view: SessionView, scroll: FeedScroll, page: number, redraw: () => void): void {
  const services = useServices();
  useKeys((key) => handleKey({ services, view, scroll, page, redraw }, key));
}

function handleKey(keys: SessionKeys, key: string): void {
  const { ui } = keys.services;
  const { overlay, notice } = ui.getSnapshot();
  if (notice) ui.dispatch({ type: "notice", notice: null });
  if (key === "ctrl+c") return keys.services.exit(130);
  if (key === "ctrl+z") return void keys.services.stop();
  if (overlay?.kind === "prompt")
    return typePrompt(keys, overlay.purpose === "jump" ? "jump" : "find", overlay.text, key);
  if (overlay?.kind === "menu") {
    const count = typeMenu(keys.view.getSnapshot().feed.filter).length;
    return overlayKey(keys.services, key, count, (index) => chooseType(keys.view, index), true);
  }
  if (overlay) return overlayKey(keys.services, key);
  const command = commandOf("session", key);
  if (command) runSessionCommand(keys, command);
}

function typePrompt(keys: SessionKeys, purpose: "find" | "jump", text: string, key: string): void {
  const { ui } = keys.services;
  const close = (): void => ui.dispatch({ type: "overlay", overlay: null });
  if (key === "escape") return close();
  if (key === "enter") {
    close();
    if (purpose === "jump") jump(keys, text);
    else if (text === "") keys.view.clearFind();
    else keys.view.find(text);
    return;
  }
  const edited = editText(text, key);
  if (edited !== undefined) ui.dispatch({ type: "overlay", overlay: { kind: "prompt", purpose, text: edited } });
}

function jump({ services, view }: SessionKeys, text: string): void {
  if (text.trim() === "") return;
  const target = parseJump(text, services.clock.now());
  if (!target) {
    const hint = `'${text}' is neither a seq nor a time. Give one such as 1200, 14:03, 5m or 2026-01-31 14:03.`;
    return services.ui.dispatch({ type: "notice", notice: { text: hint, tone: "warn" } });
  }
  if ("seq" in target) view.setMoment(Math.max(1, target.seq));
  else view.goToTime(target.at);
}
