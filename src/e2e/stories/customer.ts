import type { Story } from "./story.js";

/** The governor asks two specialists side by side, one of which fails and tries again, and then has a third book. */
export const customer: Story = {
  application: "fly_achensee_customer",
  threads: {
    main: [
      "prompt",
      "step govern ok",
      [
        "step weather_and_safety error",
        "step weather_and_safety ok",
        "tool ask_weather_and_safety ok",
        "step customer_care ok",
        "tool ask_customer_care ok",
      ],
      "step consult ok",
      "step govern ok",
      "step booking ok",
      "tool ask_booking ok",
      "step consult ok",
      "step govern ok",
      "step reply ok",
      "step fly_achensee_customer ok",
      "turn ok",
    ],
    weather_and_safety: [
      "step think ok",
      "tool forecast error",
      "step act error",
      "agent failed",
      "tool forecast ok",
      "step act ok",
      "step think ok",
      "agent completed",
    ],
    customer_care: ["step think ok", "tool find_voucher ok", "step act ok", "step think ok", "agent completed"],
    booking: [
      "step think ok",
      "tool free_slots ok",
      "step act ok",
      "step think ok",
      "tool book ok",
      "step act ok",
      "step think ok",
      "agent completed",
    ],
  },
  phases: ["triage", "consultation", "reply", "done"],
  goals: [/^Answer ann@example\.org$/, /^weather_and_safety: /, /^customer_care: /, /^booking: /],
  agents: ["weather_and_safety failed", "weather_and_safety completed", "customer_care completed", "booking completed"],
  tokens: { calls: 10, input: 4_500, output: 570 },
  holds: ["fly_achensee_customer/weather_and_safety/verdict", "fly_achensee_customer/booking/booked"],
};
