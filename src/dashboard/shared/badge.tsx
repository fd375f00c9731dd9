import type { ReactNode } from "react";
import "./badge.css";

export type Tone = "neutral" | "ok" | "wait" | "error" | "info" | "accent";

export function Badge({ tone = "neutral", title, children }: { tone?: Tone; title?: string; children: ReactNode }) {
  return (
    <span className={`badge badge-${tone}`} title={title}>
      {children}
    </span>
  );
}

/** A dot, with its meaning beside it in words; `busy`, with a ring, while something goes on. */
export function StatusDot({ tone, busy = false }: { tone: Tone; busy?: boolean }) {
  return <span className={`dot dot-${tone} ${busy ? "dot-busy" : ""}`} aria-hidden="true" />;
}
