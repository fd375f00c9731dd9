import { useState } from "react";
import "./bar-chart.css";

interface Bar {
  label: string;
  value: number;
}

interface BarChartProps {
  /** Read out, before the figures. */
  label: string;
  bars: readonly Bar[];
  format: (value: number) => string;
}

/** A bar for each day. Pointing at one says its figure; whoever does not see it has a table. */
export function BarChart({ label, bars, format }: BarChartProps) {
  const [pointed, setPointed] = useState<number | null>(null);
  const most = niceCeiling(Math.max(...bars.map(({ value }) => value), 0));
  const shown = pointed === null ? null : bars[pointed];
  return (
    <figure className="bar-chart" onPointerLeave={() => setPointed(null)}>
      <div className="bar-chart-plot" aria-hidden="true">
        {[1, 0.5, 0].map((share) => (
          <div key={share} className="bar-chart-line" style={{ bottom: `${share * 100}%` }}>
            <span>{format(most * share)}</span>
          </div>
        ))}
        <div className="bar-chart-bars">
          {bars.map(({ label, value }, index) => (
            <div
              key={label}
              className={`bar-chart-slot ${index === pointed ? "bar-chart-pointed" : ""}`}
              onPointerEnter={() => setPointed(index)}
            >
              <div className="bar-chart-bar" style={{ height: `${most === 0 ? 0 : (value / most) * 100}%` }} />
            </div>
          ))}
        </div>
      </div>
      <figcaption className="bar-chart-axis" aria-hidden="true">
        <span>{bars[0]?.label}</span>
        <span className="bar-chart-figure">{shown ? `${shown.label}: ${format(shown.value)}` : ""}</span>
        <span>{bars.at(-1)?.label}</span>
      </figcaption>
      <table className="visually-hidden">
        <caption>{label}</caption>
        <tbody>
          {bars.map(({ label, value }) => (
            <tr key={label}>
              <th scope="row">{label}</th>
              <td>{format(value)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </figure>
  );
}

/** The next number up that reads well: 1, 2 or 5 times a power of ten. */
export function niceCeiling(value: number): number {
  if (value <= 0) return 0;
  const power = 10 ** Math.floor(Math.log10(value));
  const step = [1, 2, 5, 10].find((each) => each * power >= value)!;
  return step * power;
}
