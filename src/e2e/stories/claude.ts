import type { Story } from "./story.js";

/** Claude Code changes a price list: two calls are denied, one by a rule and one by a hook, and a subagent looks at it. */
export const claude: Story = {
  application: "fly_achensee_claude",
  threads: {
    main: [
      "started",
      "prompt",
      "tool TaskCreate ok",
      "tool Bash ok",
      "tool Bash refused",
      "tool Bash refused",
      "tool Read ok",
      "tool Edit ok",
      "tool Agent ok",
      "tool TaskUpdate ok",
      "turn ok",
      "ended",
    ],
    "price-checker": ["tool Bash ok", "agent completed"],
  },
  phases: [],
  goals: [/^Raise the panorama flight to 159 EUR$/],
  agents: ["price-checker completed"],
  tokens: { calls: 11, input: 13_200, output: 660 },
  holds: ["fly_achensee_claude/main/edit", "fly_achensee_claude/main/finish"],
};
