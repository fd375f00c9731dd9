import type { Story } from "./story.js";

const toDraft = ["step ingest ok", "step classify ok", "tool KnowledgeBase ok", "step retrieve_context ok"];
const drafted = ["step draft ok", "step review_and_send ok"];
const solved = ["step email_solver ok", "turn ok"];

/** A letter whose first draft the reviewer sends back, one that goes straight through, and an advertisement. */
export const solver: Story = {
  application: "email_solver",
  threads: {
    main: [
      ...toDraft,
      ...drafted,
      ...drafted,
      ...solved,
      ...toDraft,
      ...drafted,
      ...solved,
      "step ingest ok",
      "step classify ok",
      ...solved,
    ],
    reviewer: ["agent completed", "agent completed", "agent completed"],
  },
  phases: ["waiting_for_letters", "solving", "done"],
  goals: [/^Answer 'My flight was cancelled'/, /^Answer 'What do I wear\?'/, /^Answer '10,000 followers/],
  agents: ["reviewer completed", "reviewer completed", "reviewer completed"],
  tokens: { calls: 9, input: 2_250, output: 360 },
  holds: ["email_solver/reviewer/refund", "email_solver/writer/clothes"],
};
