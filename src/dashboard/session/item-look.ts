import { recordType } from "../../view/record.js";
import type { FeedItem, FeedKind, ItemStatus } from "../../view/feed-types.js";
import type { Tone } from "../shared/badge.js";
import type { IconName } from "../shared/icon.js";

const icons: Record<FeedKind, IconName> = {
  session: "play",
  prompt: "user",
  message: "message",
  thinking: "sparkle",
  tool: "command",
  model: "sparkle",
  step: "branch",
  wait: "bell",
  agent: "robot",
  goal: "target",
  state: "branch",
  metadata: "file",
  turn: "check",
  note: "bell",
  other: "more",
};

const toolIcons: Record<string, IconName> = {
  bash_exec: "terminal",
  file_write: "file",
  file_edit: "file",
  mcp_call: "globe",
  task_spawn: "robot",
};

export function iconOf(item: FeedItem): IconName {
  const type = item.kind === "tool" && item.begin ? recordType(item.begin) : null;
  return toolIcons[type ?? ""] ?? icons[item.kind];
}

const tones: Partial<Record<ItemStatus, Tone>> = {
  running: "accent",
  error: "error",
  denied: "error",
  rejected: "error",
  lost: "error",
  interrupted: "wait",
};

/** How an item ended, as a colour; undefined where there is nothing to point out. */
export function toneOf(item: FeedItem): Tone | undefined {
  if (item.kind === "wait" && item.status === "running") return "wait";
  return tones[item.status];
}
