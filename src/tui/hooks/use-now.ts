import { useEffect, useState } from "react";
import { useServices } from "./use-services.js";

/** The time, anew every second: ages and running times go on while nothing happens. Epoch milliseconds. */
export function useNow(): number {
  const { clock } = useServices();
  const [now, setNow] = useState(clock.now);
  useEffect(() => {
    const tick = (): void => {
      setNow(clock.now());
      cancel = clock.setTimer(tick, 1_000);
    };
    let cancel = clock.setTimer(tick, 1_000);
    return () => cancel();
  }, [clock]);
  return Math.max(now, 0);
}
