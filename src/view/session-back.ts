import type { SessionView } from "./session-view-types.js";

/** Lifts the topmost thing that lies over the plain, live feed; false where there is none. */
export function liftOne(view: SessionView): boolean {
  const { find, diff, moment, mark, feed } = view.getSnapshot();
  const { kinds, errors, agentId } = feed.filter;
  if (diff || mark !== null) view.clearDiff();
  else if (find) view.clearFind();
  else if (moment.seq !== null) view.setMoment(null);
  else if (kinds !== null || errors || agentId !== null) view.setFilter({ kinds: null, errors: false, agentId: null });
  else return false;
  return true;
}
