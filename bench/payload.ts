const words =
  "append commit journal cursor session agent goal response token workspace branch merge deploy refactor parser schema socket latency fixture snapshot backfill consumer lease index query stream buffer kernel thread invoice customer mailbox ticket budget review".split(
    " ",
  );

/** The same words for the same number, so that every run stores the same text. */
export function prose(seed: number, length: number): string {
  let text = "";
  let state = (seed * 2654435761) >>> 0;
  while (text.length < length) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    text += `${words[(state >>> 8) % words.length]!} `;
  }
  return text.slice(0, length);
}

/**
 * An action as a hook of Claude Code makes one after an edit: some twenty fields, nested, short
 * strings with escapes in them. About `bytes` long as JSON, and at least 350.
 */
export function makeAction(seed: number, bytes = 1024): Record<string, unknown> {
  const file = `/home/user/project/src/module-${seed % 500}.ts`;
  const lines = Array.from({ length: Math.max(0, Math.floor((bytes - 440) / 64)) }, (_, index) => {
    return `${"+- "[index % 3]}  const value = "${prose(seed + index, 32)}";\t// ${index}`;
  });
  return {
    type: seed % 3 === 0 ? "bash_exec" : "tool_call",
    tool_name: seed % 3 === 0 ? "Bash" : "Edit",
    tool_use_id: `toolu_01${String(seed).padStart(20, "0")}`,
    cwd: "/home/user/project",
    permission_mode: "acceptEdits",
    effort: { level: "medium" },
    tool_input: { file_path: file, description: prose(seed, 40), replace_all: false, limit: seed % 4096 },
    tool_response: {
      type: "update",
      filePath: file,
      structuredPatch: [{ oldStart: seed % 900, oldLines: 7, newStart: seed % 900, newLines: 9, lines }],
      userModified: false,
      interrupted: null,
    },
    duration_ms: seed % 977,
  };
}

export function sessionIds(count: number, prefix = "bench"): string[] {
  return Array.from({ length: count }, (_, index) => `${prefix}-${String(index).padStart(6, "0")}`);
}
