import { IconButton } from "../shared/button.js";
import { Dialog } from "../shared/dialog.js";
import { useShortcutRegistry, type Shortcut } from "./shortcuts.js";
import "./help-dialog.css";

/** The keys that work on this page. */
export function HelpDialog({ onClose }: { onClose: () => void }) {
  const groups = Map.groupBy(useShortcutRegistry().list(), ({ group }) => group);
  // What belongs to the page comes before what works everywhere.
  const ordered = [...groups].reverse();
  return (
    <Dialog label="Keyboard" onClose={onClose} className="help-dialog">
      <div className="help-dialog-head">
        <h2>Keyboard</h2>
        <IconButton icon="close" label="Close" onClick={onClose} />
      </div>
      <div className="help-dialog-groups" tabIndex={0}>
        {ordered.map(([group, shortcuts]) => (
          <section key={group}>
            <h3 className="help-dialog-group">{group}</h3>
            <dl className="help-dialog-keys">
              {merged(shortcuts).map(({ keys, help }) => (
                <div key={help}>
                  <dt>
                    {keys.map((key) => (
                      <kbd key={key} className="kbd">
                        {keyText(key)}
                      </kbd>
                    ))}
                  </dt>
                  <dd>{help}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}

/** Keys that do the same stand together. */
function merged(shortcuts: readonly Shortcut[]): { help: string; keys: string[] }[] {
  const byHelp = Map.groupBy(shortcuts, ({ help }) => help);
  return [...byHelp].map(([help, same]) => ({ help, keys: same.map(({ keys }) => keys) }));
}

const names: Record<string, string> = { ArrowDown: "↓", ArrowUp: "↑", ArrowLeft: "←", ArrowRight: "→", Escape: "Esc" };

export function keyText(keys: string): string {
  return keys
    .split(" ")
    .map((key) => names[key] ?? key.replace("mod+", "Ctrl ").replace("ctrl+", "Ctrl "))
    .join(" ");
}
