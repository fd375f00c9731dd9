import type { ReactNode } from "react";
import { useSyncExternalStore } from "react";
import { useView } from "../../view/use-view.js";
import { useLocation, type Route } from "../router.js";
import { Icon, type IconName } from "../shared/icon.js";
import { Link } from "../shared/link.js";
import { useServices } from "../shared/services.js";
import { useTheme } from "../theme.js";
import { ConnectionState } from "./connection.js";
import { useCommands } from "./use-commands.js";
import "./rail.css";

interface RailProps {
  onHelp: () => void;
  onPalette: () => void;
}

/** The way to the pages, and what is always there: the connection, the theme, the keys. */
export function Rail({ onHelp, onPalette }: RailProps) {
  const { route } = useLocation();
  const { sessions } = useServices();
  const { waiting } = useView(sessions).totals;
  const inSessions = route.page === "sessions" || route.page === "session";
  return (
    <nav className="rail" aria-label="Pages">
      <RailLink to={{ page: "sessions" }} icon="sessions" label="Sessions" current={inSessions}>
        {waiting > 0 && (
          <span className="rail-badge" title={`${waiting} waiting for a person`}>
            {waiting > 99 ? "99+" : waiting}
            <span className="visually-hidden"> waiting</span>
          </span>
        )}
      </RailLink>
      <RailLink to={{ page: "overview" }} icon="overview" label="Overview" current={route.page === "overview"} />
      <RailButton icon="command" label="Find" title="Commands and sessions (Ctrl K)" onClick={onPalette} />
      <span className="rail-space" />
      <AlertsButton />
      <ThemeButton />
      <RailButton icon="help" label="Keys" title="Keyboard (?)" onClick={onHelp} className="rail-keys" />
      <ConnectionState />
    </nav>
  );
}

interface RailLinkProps {
  to: Route;
  icon: IconName;
  label: string;
  current: boolean;
  children?: ReactNode;
}

function RailLink({ to, icon, label, current, children }: RailLinkProps) {
  return (
    <Link className="rail-item" to={to} aria-current={current ? "page" : undefined}>
      <Icon name={icon} size={18} />
      <span>{label}</span>
      {children}
    </Link>
  );
}

interface RailButtonProps {
  icon: IconName;
  label: string;
  title: string;
  onClick: () => void;
  className?: string;
}

function RailButton({ icon, label, title, onClick, className = "" }: RailButtonProps) {
  return (
    <button type="button" className={`rail-item ${className}`} title={title} onClick={onClick}>
      <Icon name={icon} size={18} />
      <span>{label}</span>
    </button>
  );
}

const themeIcons = { dark: "moon", light: "sun", system: "system" } as const;
const themeLabels = { dark: "Dark", light: "Light", system: "System" } as const;

function ThemeButton() {
  const { choice } = useTheme();
  const change = useCommands().find(({ keys }) => keys === "T")!;
  return (
    <RailButton
      icon={themeIcons[choice]}
      label={themeLabels[choice]}
      title={`Theme: ${themeLabels[choice]} (T)`}
      onClick={change.run}
      className="rail-theme"
    />
  );
}

function AlertsButton() {
  const { alerts } = useServices();
  const state = useSyncExternalStore(alerts.subscribe, alerts.getSnapshot);
  const turn = useCommands().find(({ keys }) => keys === "N")!;
  return (
    <RailButton
      icon={state === "on" ? "bell" : "bell-off"}
      label={state === "on" ? "Alerts" : "No alerts"}
      title={`Desktop notifications: ${state} (N)`}
      onClick={turn.run}
      className={`rail-alerts ${state === "on" ? "rail-on" : ""}`}
    />
  );
}
