import { createContext } from "react";
import type { BegunView } from "./begun-view.js";
import type { ApprovalsView } from "../view/approvals-view.js";
import type { ViewClock } from "../view/observable.js";
import type { ViewSource } from "../view/source.js";
import type { Pace } from "./state/pace.js";
import type { UiStore } from "./state/ui-store.js";

/** What the dashboard reaches the world with. */
export interface Services {
  source: ViewSource;
  /** What was begun before there was a screen. */
  begun: Pick<BegunView, "session" | "list">;
  clock: ViewClock;
  ui: UiStore;
  pace: Pace;
  approvals: ApprovalsView;
  /** Puts a text on the clipboard; false where it is too long for a terminal. */
  copy(text: string): boolean;
  /** Leaves the screen to a pager with this text. */
  page(text: string, name: string): Promise<void>;
  /** Stops the program until the shell continues it. */
  stop(): Promise<void>;
  /** Writes the session's log to a file; resolves to its name. */
  exportSession(sessionId: string): Promise<string>;
  exit(code: number): void;
  /** What a person can do where no server answers. */
  advice: readonly string[];
}

export const ServicesContext = createContext<Services | null>(null);
