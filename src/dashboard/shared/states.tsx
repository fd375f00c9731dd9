import type { ReactNode } from "react";
import type { ViewError } from "../../view/observable.js";
import { Button } from "./button.js";
import { Icon, type IconName } from "./icon.js";
import "./states.css";

interface EmptyProps {
  icon?: IconName;
  title: string;
  /** It is all that the page says. */
  alone?: boolean;
  /** What to do about it. */
  children?: ReactNode;
}

export function EmptyState({ icon = "sessions", title, alone = false, children }: EmptyProps) {
  const Title = alone ? "h1" : "p";
  return (
    <div className={`state ${alone ? "state-alone" : ""}`}>
      <span className="state-icon">
        <Icon name={icon} size={22} />
      </span>
      <Title className="state-title">{title}</Title>
      {children !== undefined && <div className="state-text">{children}</div>}
    </div>
  );
}

interface ErrorProps {
  error: ViewError;
  /** It is all that the page says. */
  alone?: boolean;
  onRetry?: () => void;
}

export function ErrorState({ error, alone = false, onRetry }: ErrorProps) {
  const Title = alone ? "h1" : "p";
  return (
    <div className={`state state-error ${alone ? "state-alone" : ""}`} role="alert">
      <span className="state-icon">
        <Icon name="alert" size={22} />
      </span>
      <Title className="state-title">{error.message}</Title>
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
