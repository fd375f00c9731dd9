import { editText } from "../keys/edit-text.js";
import type { Services } from "../services.js";
import { decide, findRequest } from "./answer.js";

/**
 * What keys do while a box lies over the screen. `count` and `choose` are those of a menu; a menu of
 * switches (`keepOpen`) stays until it is closed.
 */
export function overlayKey(
  services: Services,
  key: string,
  count = 0,
  choose: (index: number) => void = () => {},
  keepOpen = false,
): void {
  const { overlay } = services.ui.getSnapshot();
  if (overlay?.kind === "help") helpKey(services, overlay.offset, key);
  else if (overlay?.kind === "answer") answerKey(services, overlay, key);
  else if (overlay?.kind === "menu") menuKey(services, overlay, key, count, choose, keepOpen);
}

function close({ ui }: Services): void {
  ui.dispatch({ type: "overlay", overlay: null });
}

function helpKey(services: Services, offset: number, key: string): void {
  if (key === "escape" || key === "q" || key === "?") return close(services);
  const by = stepOf(key);
  if (by !== 0) services.ui.dispatch({ type: "overlay", overlay: { kind: "help", offset: Math.max(0, offset + by) } });
}

function menuKey(
  services: Services,
  overlay: { kind: "menu"; purpose: "sort" | "status" | "user" | "types"; index: number },
  key: string,
  count: number,
  choose: (index: number) => void,
  keepOpen: boolean,
): void {
  if (key === "escape" || key === "q") return close(services);
  if (key === "enter" && keepOpen) return close(services);
  if (key === "enter" || key === " ") {
    choose(overlay.index);
    if (!keepOpen) close(services);
    return;
  }
  const by = stepOf(key);
  const index = Math.max(0, Math.min(count - 1, overlay.index + by));
  if (by !== 0) services.ui.dispatch({ type: "overlay", overlay: { ...overlay, index } });
}

function answerKey(
  services: Services,
  overlay: { kind: "answer"; sessionId: string; offset: number; reason: string | null },
  key: string,
): void {
  const { ui } = services;
  if (overlay.reason !== null) return reasonKey(services, { ...overlay, reason: overlay.reason }, key);
  if (key === "escape" || key === "q") return close(services);
  const by = stepOf(key);
  if (by !== 0) ui.dispatch({ type: "overlay", overlay: { ...overlay, offset: Math.max(0, overlay.offset + by) } });
  if (!findRequest(services.approvals.getSnapshot(), overlay.sessionId)) return;
  if (key === "y") void decide(services, overlay.sessionId, { decision: "allow" });
  if (key === "n") ui.dispatch({ type: "overlay", overlay: { ...overlay, reason: "" } });
}

/** A denial may say why; the agent is told. */
function reasonKey(
  services: Services,
  overlay: { kind: "answer"; sessionId: string; offset: number; reason: string },
  key: string,
): void {
  const { ui } = services;
  const { reason, sessionId } = overlay;
  if (key === "escape") return ui.dispatch({ type: "overlay", overlay: { ...overlay, reason: null } });
  if (key === "enter") {
    void decide(services, sessionId, { decision: "deny", ...(reason.trim() === "" ? {} : { reason: reason.trim() }) });
    return;
  }
  const edited = editText(reason, key);
  if (edited !== undefined) ui.dispatch({ type: "overlay", overlay: { ...overlay, reason: edited } });
}

function stepOf(key: string): number {
  if (key === "j" || key === "down") return 1;
  if (key === "k" || key === "up") return -1;
  if (key === "pagedown" || key === "ctrl+d") return 10;
  return key === "pageup" || key === "ctrl+u" ? -10 : 0;
}
