import "./sparkline.css";

interface SparklineProps {
  values: readonly number[];
  /** Read out; without it the line is a decoration of figures beside it. */
  label?: string;
}

/** A line of small bars, newest at the right. */
export function Sparkline({ values, label }: SparklineProps) {
  const most = Math.max(...values, 3);
  const width = values.length * 3;
  return (
    <svg
      className="sparkline"
      width={width}
      height="14"
      viewBox={`0 0 ${width} 14`}
      role={label === undefined ? undefined : "img"}
      aria-label={label}
      aria-hidden={label === undefined ? true : undefined}
    >
      {values.map((value, index) => {
        const height = value === 0 ? 1 : Math.max(2, (value / most) * 14);
        const className = value === 0 ? "sparkline-quiet" : "sparkline-bar";
        return <rect key={index} className={className} x={index * 3} y={14 - height} width="2" height={height} />;
      })}
    </svg>
  );
}
