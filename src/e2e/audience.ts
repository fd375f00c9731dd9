import type { SessionEvent } from "../core/event.js";
import type { Remains } from "./bundle.js";
import type { ScenarioReport } from "./report.js";
import type { Audience } from "./run.js";
import type { Scenario } from "./scenarios/scenario.js";
import type { Application } from "./stories/story.js";

/** How a run is shown: `paint` colours, `line` prints a whole line that stays. */
export interface Screen {
  line(text: string): void;
  /** Shows this on the terminal's last line in place of what was there; nothing where there is no terminal. */
  status(text: string): void;
  paint(color: "green" | "red" | "yellow" | "dim" | "bold", text: string): string;
  /** Text of agents and programs, without what could steer a terminal. */
  safe(text: string): string;
}

const lastEvents = 12;
const lastLines = 25;

/** Tells a person how the run goes: a line for all that is done, and what is happening right now below. */
export function createAudience(screen: Screen): Audience {
  const { line, status, paint, safe } = screen;
  const running = new Set<string>();
  const counts = new Map<Application, number>();
  return {
    doing(text) {
      counts.clear();
      line(paint("dim", `· ${text}`));
    },
    scenarioStarted({ name }: Scenario) {
      running.add(name);
    },
    event(event: SessionEvent, application: Application | undefined) {
      if (application === undefined) return;
      counts.set(application, (counts.get(application) ?? 0) + 1);
      const told = [...counts].map(([name, count]) => `${name} ${count}`).join(", ");
      status(`${[...running].join(", ")}: ${told} events; ${describe(event)}`);
    },
    scenarioEnded(report) {
      running.delete(report.name);
      status("");
      line(resultLine(report, paint));
      for (const { name, problems } of report.checks) {
        for (const problem of problems)
          line(`    ${paint("red", name)}: ${problem.split("\n").map(safe).join("\n      ")}`);
      }
    },
    failed(_reports, remains) {
      for (const text of remainsLines(remains, screen)) line(text);
    },
  };
}

function resultLine(
  { name, title, status, reason, durationMs, checks }: ScenarioReport,
  paint: Screen["paint"],
): string {
  const seconds = `${(durationMs / 1000).toFixed(1)} s`;
  const label = name.padEnd(14);
  if (status === "skipped") return `${paint("yellow", "–")} ${label} skipped: ${reason}`;
  if (status === "passed") return `${paint("green", "✓")} ${label} ${title} (${checks.length} checks, ${seconds})`;
  const failed = checks.filter(({ problems }) => problems.length > 0).length;
  return `${paint("red", "✗")} ${label} ${title} (${failed} of ${checks.length} checks failed, ${seconds})`;
}

/** The sessions' last events, and the ends of the logs. */
function remainsLines({ sessions, logs }: Remains, { paint, safe }: Screen): string[] {
  return [
    ...sessions.flatMap(({ sessionId, events }) => [
      paint("bold", `  last events of session ${sessionId}`),
      ...events.slice(-lastEvents).map((event) => `    ${event.seq} ${safe(describe(event))}`),
    ]),
    ...logs
      .filter(({ text }) => text.trim() !== "")
      .flatMap(({ name, text }) => [
        paint("bold", `  ${name}`),
        ...text
          .trimEnd()
          .split("\n")
          .slice(-lastLines)
          .map((each) => `    ${safe(each)}`),
      ]),
  ];
}

/** One event in a few words. */
function describe({ type, data }: SessionEvent): string {
  const words = [data["type"], data["name"] ?? data["tool"] ?? data["phase"] ?? data["description"], data["status"]];
  const told = words.filter((word) => typeof word === "string").join(" ");
  return `${type} ${told}`.trim().slice(0, 100);
}
