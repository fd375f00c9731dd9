/** What a piece of text is; a theme says how that looks. */
export const styleNames = [
  "text",
  "strong",
  "muted",
  "faint",
  "title",
  "accent",
  "key",
  "ok",
  "warn",
  "bad",
  "wait",
  "prompt",
  "tool",
  "result",
  "message",
  "thinking",
  "model",
  "change",
  "goal",
  "agent",
  "match",
  "mark",
  "jsonKey",
  "jsonString",
  "jsonNumber",
  "jsonLiteral",
] as const;
export type StyleName = (typeof styleNames)[number];

/** The ground of a whole line: the selected row, of a focused pane or another, a bar, a call for a person. */
export type Ground = "selected" | "selectedElsewhere" | "bar" | "alert";

/** Hues of the palette. */
export type Hue = "muted" | "faint" | "blue" | "cyan" | "green" | "yellow" | "red" | "violet" | "orange";

interface Look {
  hue?: Hue;
  bold?: boolean;
  dim?: boolean;
  italic?: boolean;
  underline?: boolean;
  inverse?: boolean;
}

export const looks: Record<StyleName, Look> = {
  text: {},
  strong: { bold: true },
  muted: { hue: "muted" },
  faint: { hue: "faint" },
  title: { hue: "blue", bold: true },
  accent: { hue: "blue" },
  key: { hue: "blue", bold: true },
  ok: { hue: "green" },
  warn: { hue: "yellow" },
  bad: { hue: "red", bold: true },
  wait: { hue: "orange", bold: true },
  prompt: { hue: "orange" },
  tool: { hue: "cyan" },
  result: { hue: "green" },
  message: { hue: "violet" },
  thinking: { hue: "muted", italic: true },
  model: { hue: "muted" },
  change: { hue: "muted" },
  goal: { hue: "yellow" },
  agent: { hue: "blue" },
  match: { hue: "yellow", inverse: true },
  mark: { hue: "violet", bold: true },
  jsonKey: { hue: "blue" },
  jsonString: { hue: "green" },
  jsonNumber: { hue: "orange" },
  jsonLiteral: { hue: "violet" },
};
