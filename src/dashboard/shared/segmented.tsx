import "./segmented.css";

interface SegmentedProps<Choice extends string | number> {
  /** Read out: what is chosen. */
  label: string;
  choices: readonly { id: Choice; label: string }[];
  chosen: Choice;
  onChoose: (choice: Choice) => void;
}

/** One out of a few, all of them in sight. */
export function Segmented<Choice extends string | number>({
  label,
  choices,
  chosen,
  onChoose,
}: SegmentedProps<Choice>) {
  return (
    <div className="segmented" role="group" aria-label={label}>
      {choices.map(({ id, label }) => (
        <button
          key={id}
          type="button"
          className="segmented-choice"
          aria-pressed={id === chosen}
          onClick={() => onChoose(id)}
        >
          {label}
        </button>
      ))}
    </div>
  );
}
