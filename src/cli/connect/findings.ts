/** One thing that `doctor` looked at. */
export interface Finding {
  /** What it is about: `server`, `clock`, `storage`, `spool`, an agent, a source. */
  subject: string;
  status: "ok" | "note" | "problem";
  message: string;
  /** The command that mends it. */
  fix?: string;
}

export function ok(subject: string, message: string): Finding {
  return { subject, status: "ok", message };
}

/** Worth knowing, and nothing wrong. */
export function note(subject: string, message: string, fix?: string): Finding {
  return { subject, status: "note", message, ...(fix === undefined ? {} : { fix }) };
}

export function problem(subject: string, message: string, fix: string): Finding {
  return { subject, status: "problem", message, fix };
}
