import { isDeepStrictEqual } from "node:util";
import { AppError } from "../../core/errors.js";
import { isJsonObject } from "../../core/json.js";
import { parseJsonText, setAt, valueAt, type JsonText } from "./edit-json.js";
import type { Edits } from "./settings-file.js";

/** What is to stand in an agent's JSON settings. */
export interface HookSettings {
  /** Event → the group of hooks that is ours there. */
  groups: Record<string, HookGroup>;
  /** Values beside the hooks, by path: all of them, or none where one of them stands there as something else. */
  values: { path: string[]; value: unknown }[];
}

export interface HookGroup {
  matcher?: string;
  hooks: Record<string, unknown>[];
}

/** Puts hooks and values into JSON settings, and takes them out again; all else stays as it is. */
export function hookEdits(name: string, wanted: HookSettings, agent: string): Edits {
  const ours = (hook: unknown) => isOurs(hook, agent);
  return {
    add(text) {
      let document = parseJsonText(name, text);
      checkShape(name, document);
      document = withoutHooks(document, (hook, event) => ours(hook) && !isWanted(wanted, event, hook));
      for (const [event, group] of Object.entries(wanted.groups)) document = withGroup(document, event, group, ours);
      if (takenValue(document, wanted) !== undefined) return document.text;
      for (const { path, value } of wanted.values) {
        if (valueAt(document, path) === undefined) document = setAt(document, path, value);
      }
      return document.text;
    },
    remove(text) {
      const before = parseJsonText(name, text);
      checkShape(name, before);
      let document = withoutHooks(before, ours);
      for (const { path, value } of wanted.values) {
        if (isDeepStrictEqual(valueAt(document, path), value)) document = withoutValue(document, path);
      }
      return document.text === before.text ? text : document.text;
    },
    taken: (text) => takenValue(parseJsonText(name, text), wanted)?.join("."),
    isEmpty: (text) => Object.keys(valueAt(parseJsonText(name, text), []) as object).length === 0,
  };
}

/** The path at which somebody else's value stands. */
function takenValue(document: JsonText, { values }: HookSettings): string[] | undefined {
  return values.find(({ path, value }) => {
    const standing = valueAt(document, path);
    return standing !== undefined && !isDeepStrictEqual(standing, value);
  })?.path;
}

/** Hooks of ours speak to `/hooks/<agent>`, or run our program, wherever it lies. */
function isOurs(hook: unknown, agent: string): boolean {
  if (!isJsonObject(hook)) return false;
  const { url, command } = hook;
  if (typeof url === "string" && new RegExp(`/hooks/${agent}$`).test(url)) return true;
  return typeof command === "string" && isOurCommand(command, agent);
}

function isOurCommand(command: string, agent: string): boolean {
  return (
    /claude-sessions/.test(command) &&
    new RegExp(`\\bhook(\\.sh|\\.cjs)?['"]? (--last |--wait \\d+ )?${agent}\\b`).test(command)
  );
}

function checkShape(name: string, document: JsonText): void {
  const hooks = valueAt(document, ["hooks"]) ?? {};
  const wrong = isJsonObject(hooks) ? Object.entries(hooks).find(([, groups]) => !Array.isArray(groups))?.[0] : "";
  if (wrong === undefined) return;
  const place = wrong === "" ? "hooks" : `hooks.${wrong}`;
  throw new AppError(
    "usage",
    `${name}: '${place}' is not what the agent expects there. Mend it and run this again; nothing was changed.`,
  );
}

function isWanted({ groups }: HookSettings, event: string, hook: unknown): boolean {
  return groups[event]?.hooks.some((wanted) => isDeepStrictEqual(wanted, hook)) ?? false;
}

function withGroup(document: JsonText, event: string, group: HookGroup, ours: (hook: unknown) => boolean): JsonText {
  const groups = groupsOf(document, event);
  if (groups.some((each) => hooksOf(each).some(ours))) return document;
  if (groups.length === 0) return setAt(document, ["hooks", event], [group]);
  return setAt(document, ["hooks", event, -1], group);
}

function groupsOf(document: JsonText, event: string): unknown[] {
  return (valueAt(document, ["hooks", event]) ?? []) as unknown[];
}

function hooksOf(group: unknown): unknown[] {
  const hooks = isJsonObject(group) ? group["hooks"] : undefined;
  return Array.isArray(hooks) ? hooks : [];
}

/** Takes hooks away, and each group, event and `hooks` that nothing else is in. */
function withoutHooks(document: JsonText, isUnwanted: (hook: unknown, event: string) => boolean): JsonText {
  let next = document;
  const events = Object.keys(valueAt(document, ["hooks"]) ?? {});
  for (const event of events) {
    for (let index = groupsOf(next, event).length - 1; index >= 0; index--) {
      const hooks = hooksOf(groupsOf(next, event)[index]);
      const unwanted = hooks.flatMap((hook, at) => (isUnwanted(hook, event) ? [at] : []));
      if (unwanted.length === 0) continue;
      if (unwanted.length === hooks.length) next = withoutValue(next, ["hooks", event, index]);
      else for (const at of unwanted.reverse()) next = setAt(next, ["hooks", event, index, "hooks", at], undefined);
    }
  }
  return next;
}

/** Takes a value away, and what is empty without it. */
function withoutValue(document: JsonText, path: (string | number)[]): JsonText {
  const next = setAt(document, path, undefined);
  const parent = path.slice(0, -1);
  if (parent.length === 0 || Object.keys(valueAt(next, parent) as object).length > 0) return next;
  return withoutValue(next, parent);
}
