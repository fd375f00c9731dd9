import { useWindowSize } from "ink";

/** The least that the layout is made for; a smaller terminal shows a part of it. */
const least = { columns: 40, rows: 8 };

export function useSize(): { columns: number; rows: number } {
  const { columns, rows } = useWindowSize();
  return { columns: Math.max(least.columns, columns), rows: Math.max(least.rows, rows) };
}
