import { useView } from "../../view/use-view.js";
import { Button, IconButton } from "../shared/button.js";
import { useServices } from "../shared/services.js";
import "./toast-region.css";

/** What just happened, in a corner; read out without taking the focus. */
export function ToastRegion() {
  const { toasts } = useServices();
  const shown = useView(toasts);
  return (
    <div className="toast-region" role="log" aria-live="polite" aria-label="Messages">
      {shown.map(({ id, tone, text, action }) => (
        <div key={id} className={`toast toast-${tone}`}>
          <span className="toast-text">{text}</span>
          {action && (
            <Button
              size="sm"
              onClick={() => {
                action.run();
                toasts.dismiss(id);
              }}
            >
              {action.label}
            </Button>
          )}
          <IconButton size="sm" icon="close" label="Dismiss" onClick={() => toasts.dismiss(id)} />
        </div>
      ))}
    </div>
  );
}
