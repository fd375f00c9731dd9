import { useRouter } from "../router.js";
import { useServices } from "../shared/services.js";
import { themeChoices, useTheme } from "../theme.js";
import type { Shortcut } from "./shortcuts.js";

/** What can be done from everywhere. */
export function useCommands(): Shortcut[] {
  const { alerts, testSessions, toasts } = useServices();
  const router = useRouter();
  const { choice, choose } = useTheme();
  const group = "Everywhere";
  const create = async () => {
    const sessionId = await testSessions.create();
    if (sessionId !== null) router.navigate(router.href({ page: "session", sessionId }));
  };
  const turnAlerts = async () => {
    const state = await alerts.turn(alerts.getSnapshot() !== "on");
    toasts.show({ tone: state === "on" || state === "off" ? "neutral" : "error", text: alertWords[state] });
  };
  return [
    { keys: "t", help: "Create a test session and watch it", group, run: () => void create() },
    {
      keys: "T",
      help: "Change between the dark, the light and the system's theme",
      group,
      run: () => choose(themeChoices[(themeChoices.indexOf(choice) + 1) % themeChoices.length]!),
    },
    { keys: "N", help: "Turn desktop notifications on or off", group, run: () => void turnAlerts() },
  ];
}

const alertWords = {
  on: "You are notified when a session starts to wait, fails or ends.",
  off: "Desktop notifications are off.",
  blocked: "The browser blocks notifications of this page. Allow them in the site's settings.",
  unavailable: "The browser has no notifications here. They need https, or localhost.",
} as const;
