import { useState } from "react";
import { parseJump } from "../../view/parse-jump.js";
import { useServices } from "../shared/services.js";
import { Button } from "../shared/button.js";
import { Dialog } from "../shared/dialog.js";
import { useSessionView } from "./session-context.js";
import "./jump-box.css";

/** Asks for a time or a seq, and goes there. */
export function JumpBox({ onClose }: { onClose: () => void }) {
  const view = useSessionView();
  const { clock } = useServices();
  const [text, setText] = useState("");
  const [wrong, setWrong] = useState(false);
  const go = () => {
    const jump = parseJump(text, clock.now());
    if (!jump) return setWrong(true);
    if ("seq" in jump) view.setMoment(jump.seq);
    else view.goToTime(jump.at);
    onClose();
  };
  return (
    <Dialog className="jump-box" label="Go to a time or an event" onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          go();
        }}
      >
        <label htmlFor="jump-to">Show the session as it was at</label>
        <div className="jump-box-row">
          <input
            id="jump-to"
            autoFocus
            autoComplete="off"
            placeholder="1234, 14:03, 5m, 2026-01-31 14:03"
            value={text}
            aria-invalid={wrong}
            aria-describedby="jump-hint"
            onChange={(event) => (setText(event.target.value), setWrong(false))}
          />
          <Button kind="primary" type="submit">
            Go
          </Button>
        </div>
        <p id="jump-hint" className={wrong ? "jump-box-wrong" : "faint"} role={wrong ? "alert" : undefined}>
          {wrong ? "That is no seq, time or date. " : ""}A seq, a time of day, how long ago, or a date.
        </p>
      </form>
    </Dialog>
  );
}
