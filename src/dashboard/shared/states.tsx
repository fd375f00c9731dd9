import type { ReactNode } from "react";
import type { ViewError } from "../../view/observable.js";
import { Button } from "./button.js";
import { Icon, type IconName } from "./icon.js";
import "./states.css";

interface EmptyProps {
  icon?: IconName;
  title: string;
  /** What to do about it. */
  children?: ReactNode;
}

export function EmptyState({ icon = "sessions", title, children }: EmptyProps) {
  return (
    <div className="state">
      <span className="state-icon">
        <Icon name={icon} size={22} />
      </span>
      <p className="state-title">{title}</p>
      {children !== undefined && <div className="state-text">{children}</div>}
    </div>
  );
}

export function ErrorState({ error, onRetry }: { error: ViewError; onRetry?: () => void }) {
  return (
    <div className="state state-error" role="alert">
      <span className="state-icon">
        <Icon name="alert" size={22} />
      </span>
      <p className="state-title">{error.message}</p>
      <p className="state-text mono">{error.code}</p>
      {onRetry && (
        <Button icon="refresh" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}

export function LoadingState({ label = "Loading…" }: { label?: string }) {
  return (
    <div className="state" role="status">
      <span className="state-spinner" aria-hidden="true" />
      <p className="state-text">{label}</p>
    </div>
  );
}
