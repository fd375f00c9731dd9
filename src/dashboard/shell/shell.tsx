import { useEffect, useState, type ReactNode } from "react";
import { useView } from "../../view/use-view.js";
import { useLocation, useRouter } from "../router.js";
import { useServices } from "../shared/services.js";
import { CommandPalette } from "./command-palette.js";
import { ConnectionBanner } from "./connection.js";
import { HelpDialog } from "./help-dialog.js";
import { Rail } from "./rail.js";
import { ShortcutsProvider, useShortcuts } from "./shortcuts.js";
import { ToastRegion } from "./toast-region.js";
import { useCommands } from "./use-commands.js";
import "./shell.css";

export function Shell({ children }: { children: ReactNode }) {
  return (
    <ShortcutsProvider>
      <Frame>{children}</Frame>
    </ShortcutsProvider>
  );
}

type Overlay = "help" | "palette" | null;

function Frame({ children }: { children: ReactNode }) {
  const [overlay, setOverlay] = useState<Overlay>(null);
  const close = () => setOverlay(null);
  useTitle();
  useGlobalKeys(setOverlay);
  return (
    <div className="shell">
      <a className="shell-skip button" href="#main" onClick={skipToMain}>
        To the content
      </a>
      <Rail onHelp={() => setOverlay("help")} onPalette={() => setOverlay("palette")} />
      <div className="shell-page">
        <ConnectionBanner />
        {children}
      </div>
      <ToastRegion />
      {overlay === "help" && <HelpDialog onClose={close} />}
      {overlay === "palette" && <CommandPalette onClose={close} />}
    </div>
  );
}

/** A link to an anchor would be taken for an address below the document's base. */
function skipToMain(event: { preventDefault(): void }): void {
  event.preventDefault();
  const main = document.getElementById("main");
  main?.setAttribute("tabindex", "-1");
  main?.focus();
}

function useGlobalKeys(setOverlay: (overlay: Overlay) => void): void {
  const router = useRouter();
  const commands = useCommands();
  const group = "Everywhere";
  const shortcuts = [
    { keys: "?", help: "Show the keys", group, run: () => setOverlay("help") },
    { keys: "mod+k", help: "Open the command palette", group, inFields: true, run: () => setOverlay("palette") },
    { keys: "g s", help: "Go to all sessions", group, run: () => router.navigate(router.href({ page: "sessions" })) },
    {
      keys: "g w",
      help: "Go to the sessions that wait",
      group,
      run: () => router.navigate(router.href({ page: "sessions" }, { waiting: 1 })),
    },
    { keys: "g o", help: "Go to the overview", group, run: () => router.navigate(router.href({ page: "overview" })) },
    ...commands,
  ];
  useShortcuts(shortcuts, { everywhere: true });
}

/** A tab in the background says how many wait. */
function useTitle(): void {
  const { sessions } = useServices();
  const { waiting } = useView(sessions).totals;
  const { page } = useLocation().route;
  useEffect(() => {
    // A session names itself.
    if (page !== "session") document.title = waiting > 0 ? `(${waiting}) Sessions` : "Sessions";
  }, [waiting, page]);
}
