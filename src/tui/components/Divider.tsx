import { span } from "../text/line.js";
import { Rows } from "./Rows.js";

/** A thin line between two columns. */
export function Divider({ height }: { height: number }) {
  const row = { line: [span("│", "faint")] };
  return <Rows rows={Array.from({ length: height }, () => row)} width={1} height={height} />;
}
