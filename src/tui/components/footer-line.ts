import { bindings, shownKey, type Binding, type Command, type Screen } from "../keys/key-table.js";
import { span, widthOfLine, type Line } from "../text/line.js";

/** The keys that matter now, the most important first; as many as fit, and always the one for help. */
export function footerLine(screen: Screen, width: number, commands: readonly (Command | false)[]): Line {
  const help = hintsOf(screen, "help");
  let line: Line = [];
  for (const command of commands) {
    if (command === false) continue;
    const next = [...line, ...hintsOf(screen, command)];
    if (widthOfLine(next) + widthOfLine(help) > width) break;
    line = next;
  }
  return [...line, ...help];
}

function hintsOf(screen: Screen, command: Command): Line {
  const binding = bindings.find(
    (each: Binding) => each.command === command && (each.screen === screen || each.screen === "both"),
  );
  return binding?.short === undefined ? [] : hints([[shownKey(binding.keys[0]!), binding.short]]);
}

/** Keys with what they do. */
export function hints(pairs: readonly (readonly [string, string])[]): Line {
  return pairs.flatMap(([key, does]) => [span(` ${key}`, "key"), span(` ${does} `, "muted")]);
}
