import { realTimer } from "../client/live-types.js";
import type { ViewClock } from "./observable.js";

export const realClock: ViewClock = { now: () => Date.now(), setTimer: realTimer };
