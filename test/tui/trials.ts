/*
 * What each key is to do, seen from outside. A trial begins at the top of the list, or at the end of
 * the session `shop`, and leaves the screen as it was.
 */

interface Seen {
  shows?: (string | RegExp)[];
  hides?: string | RegExp;
}

export interface Trial extends Seen {
  /** Keys (tmux's names) that lead to where it is tried, and what each of them shows. */
  before?: [key: string, shown?: string | RegExp][];
  /** Where there is room for all panes. */
  wide?: Seen;
  /** Leads back; `Escape` by default. */
  after?: (string | [key: string, shown: string | RegExp])[];
  /** The program, or the screen, is left. */
  ends?: true;
}

const trials = (keys: string[], trial: Trial): Record<string, Trial> =>
  Object.fromEntries(keys.map((key) => [key, trial]));

const bottom: [string, string] = ["G", " 3/3"];

export const listTrials: Record<string, Trial> = {
  ...trials(["j", "down"], { shows: [" 2/3"], after: ["g"] }),
  ...trials(["k", "up"], { before: [bottom], shows: [" 2/3"], after: ["g"] }),
  ...trials(["ctrl+d", "pagedown", "G", "end"], { shows: [" 3/3"], after: ["g"] }),
  ...trials(["ctrl+u", "pageup", "g", "home"], { before: [bottom], shows: [" 1/3"], after: [] }),
  ...trials(["enter", "l", "right"], {
    before: [bottom],
    shows: ["Feed", /● following|● /],
    after: [["q", " 3/3"], "g"],
  }),
  "/": { shows: [/\/ ▏/] },
  f: { shows: ["any status", "cancelled"] },
  u: { shows: ["any user", "eva"] },
  w: { shows: ["only waiting", "1/1"], after: ["w"] },
  s: { shows: ["Sort by", "last activity"] },
  r: { shows: ["AGE↑"], after: ["r"] },
  ...trials(["R", "ctrl+l"], { shows: ["3 sessions", "shop", "busy", "mail"] }),
  a: { shows: ["Waiting · mail"] },
  y: { shows: ["Copied mail"] },
  o: { shows: ["in the pager"], after: ["Enter"] },
  e: { shows: ["Exported to"] },
  escape: { before: [["w", "only waiting"]], hides: "only waiting", after: [] },
  "?": { shows: ["Keys", "filter as you type"] },
  q: { shows: ["exit code 0"], ends: true },
  "ctrl+c": { shows: ["exit code 130"], ends: true },
  // There is no shell here that could continue it: it goes on by itself, with everything drawn anew.
  "ctrl+z": { shows: ["3 sessions", "shop"], after: [] },
};

const first: [string, string] = ["g", "#1 of 14"];
const second: [string, string] = ["j", "#2 of 14"];
const third: [string, string] = ["j", "#3 of 14"];
const aHit: Trial["before"] = [["/", /\/ ▏/], ["l"], ["i"], ["n"], ["t"], ["Enter", /\/lint +2\/2/]];
const json = '"type": "assistant_message"';

export const sessionTrials: Record<string, Trial> = {
  ...trials(["j", "down"], { before: [first], shows: ["#2 of 14"], after: ["G"] }),
  ...trials(["k", "up"], { before: [first, second], shows: ["#1 of 14"], after: ["G"] }),
  ...trials(["ctrl+d", "pagedown"], { before: [first], hides: "#1 of 14", after: ["G"] }),
  ...trials(["ctrl+u", "pageup"], { before: [first, second, third], shows: ["#1 of 14"], after: ["G"] }),
  ...trials(["g", "home"], { shows: ["#1 of 14"], after: ["G"] }),
  ...trials(["G", "end"], { before: [first], shows: ["● following"], after: [] }),
  ...trials(["enter", "l", "right"], { shows: [json], after: ["h", "G"] }),
  ...trials(["h", "left"], { before: [["Enter", json]], hides: json, after: ["G"] }),
  tab: { shows: ["Cover discounts"], wide: { shows: ["▪2 Goals"] }, after: ["1"] },
  "shift+tab": { shows: ["tokens in"], wide: { shows: ["▪5 Metrics"] }, after: ["1"] },
  "1": { before: [["2", "Cover discounts"]], shows: ["● following"], wide: { shows: ["▪1 Feed"] }, after: [] },
  "2": { shows: ["Cover discounts"], wide: { shows: ["▪2 Goals"] }, after: ["1"] },
  "3": { shows: ["tester"], wide: { shows: ["▪3 Agents"] }, after: ["1"] },
  "4": { shows: ["currentStep"], wide: { shows: ["▪4 State"] }, after: ["1"] },
  "5": { shows: ["tokens in"], wide: { shows: ["▪5 Metrics"] }, after: ["1"] },
  z: { before: [["5", "tokens in"]], shows: ["tokens in"], hides: "All but the lint", after: ["z", "1"] },
  F: { hides: "● following", after: ["F"] },
  m: { shows: ["small print"], after: ["m"] },
  a: { shows: ["Waiting · shop"] },
  "[": { shows: ["as it was after #13 of 14"], after: ["L"] },
  "]": {
    before: [
      ["[", "after #13 of 14"],
      ["[", "after #12 of 14"],
    ],
    shows: ["after #13 of 14"],
    after: ["L"],
  },
  "{": { shows: ["as it was after #1 "], after: ["L"] },
  "}": { before: [["{", "as it was after #1 "]], hides: "as it was after", after: ["L"] },
  t: { shows: ["go to", "2026-01-31"] },
  L: { before: [["[", "after #13 of 14"]], hides: "as it was after", after: [] },
  d: { before: [["[", "after #13 of 14"]], shows: ["⚐ #13"], after: ["Escape", "L"] },
  "/": { shows: [/\/ ▏/] },
  n: { before: aHit, shows: [/\/lint +1\/2/], after: ["Escape", "G"] },
  N: { before: aHit, shows: [/\/lint +1\/2/], after: ["Escape", "G"] },
  f: { shows: ["only failures", "tool calls"] },
  y: { shows: ["Copied event 14"], after: [] },
  o: { shows: ["in the pager", /^[^─]*$/], after: ["Enter"] },
  e: { shows: ["Exported to"], after: [] },
  escape: { before: [["[", "after #13 of 14"]], hides: "as it was after", after: ["G"] },
  "?": { shows: ["Keys", "to the first"] },
  q: { shows: ["3 sessions"], ends: true },
  "ctrl+c": { shows: ["exit code 130"], ends: true },
  "ctrl+z": { shows: ["All but the lint"], after: [] },
};
