import { useEffect, useRef, useState } from "react";
import { formatAge, formatExact, formatTime } from "../../view/format.js";
import { Button, IconButton } from "../shared/button.js";
import { useSession, useSessionView } from "./session-context.js";
import "./moment-bar.css";

interface MomentBarProps {
  /** Whether the timeline is shown; null where it is not for this bar to say. */
  timeline: boolean | null;
  onTimeline: (shown: boolean) => void;
}

/** The time slider: state, goals and agents as they were after any event, and back to now. */
export function MomentBar({ timeline, onTimeline }: MomentBarProps) {
  const view = useSessionView();
  const head = useSession((snapshot) => snapshot.head);
  const seq = useSession((snapshot) => snapshot.moment.seq);
  const { value, slide } = useSlide(seq ?? head);
  const past = seq !== null;
  return (
    <div className={`moment ${past ? "moment-past" : ""}`} role="group" aria-label="Time travel">
      {timeline !== null && (
        <Button size="sm" kind="quiet" icon="overview" aria-pressed={timeline} onClick={() => onTimeline(!timeline)}>
          Timeline
        </Button>
      )}
      <IconButton
        size="sm"
        icon="chevron"
        className="moment-back"
        label="One event back ([)"
        disabled={head <= 1}
        onClick={() => view.stepMoment(-1)}
      />
      <Slider value={value} onSlide={slide} />
      <IconButton
        size="sm"
        icon="chevron"
        label="One event forward (])"
        disabled={!past}
        onClick={() => view.stepMoment(1)}
      />
      <Where value={value} />
      <Button
        size="sm"
        kind={past ? "primary" : "quiet"}
        disabled={!past}
        title="Back to now (L)"
        onClick={() => {
          slide(null);
          view.goLive();
        }}
      >
        Now
      </Button>
    </div>
  );
}

function Slider({ value, onSlide }: { value: number; onSlide: (to: number) => void }) {
  const head = useSession((snapshot) => snapshot.head);
  const past = useSession((snapshot) => snapshot.moment.seq !== null);
  const mark = useSession((snapshot) => snapshot.mark);
  const part = (seq: number) => `${head <= 1 ? 100 : ((seq - 1) / (head - 1)) * 100}%`;
  const style = { "--part": part(value), "--mark": mark === null ? undefined : part(mark) };
  return (
    <input
      className="moment-slider"
      type="range"
      min={1}
      max={Math.max(1, head)}
      step={1}
      value={value}
      aria-label="Moment"
      aria-valuetext={past ? `after event ${formatExact(value)} of ${formatExact(head)}` : "now"}
      style={style as React.CSSProperties}
      data-marked={mark !== null || undefined}
      onChange={(event) => onSlide(Number(event.target.value))}
    />
  );
}

function Where({ value }: { value: number }) {
  const head = useSession((snapshot) => snapshot.head);
  const seq = useSession((snapshot) => snapshot.moment.seq);
  const at = useSession((snapshot) => snapshot.moment.at);
  const error = useSession((snapshot) => snapshot.moment.error);
  const now = useSession((snapshot) => Math.floor(snapshot.now / 1_000) * 1_000);
  if (error)
    return (
      <span className="moment-where moment-error" role="alert">
        {error.message}
      </span>
    );
  if (seq === null) return <span className="moment-where faint">{formatExact(head)} events</span>;
  return (
    <span className="moment-where" role="status">
      as it was after <strong>#{formatExact(value)}</strong> <span className="faint">of {formatExact(head)}</span>
      {at !== null && (
        <span className="faint moment-when">
          {" "}
          · {formatTime(at)} · {formatAge(at, now)} ago
        </span>
      )}
    </span>
  );
}

/** The slider follows the hand; the state follows as fast as it can be read, and the last place counts. */
function useSlide(at: number): { value: number; slide: (to: number | null) => void } {
  const view = useSessionView();
  const loading = useSession((snapshot) => snapshot.moment.loading);
  const [wanted, setWanted] = useState<number | null>(null);
  const timer = useRef(0);
  useEffect(() => {
    if (wanted === null || loading) return;
    timer.current = requestAnimationFrame(() => {
      setWanted(null);
      if (wanted >= view.getSnapshot().head) view.goLive();
      else view.setMoment(wanted);
    });
    return () => cancelAnimationFrame(timer.current);
  }, [view, wanted, loading]);
  return { value: wanted ?? at, slide: setWanted };
}
