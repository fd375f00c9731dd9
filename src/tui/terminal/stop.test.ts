import { EventEmitter } from "node:events";
import { expect, test, vi } from "vitest";
import { createStopper } from "./stop.js";

function stoppable() {
  const process = Object.assign(new EventEmitter(), { kill: vi.fn<(pid: number, signal: string) => void>() });
  const lent: string[] = [];
  const stopper = createStopper(process, async (use) => {
    lent.push("given");
    await use();
    lent.push("taken");
  });
  return { process, lent, stopper };
}

test("stops the whole job while the terminal is given back", async () => {
  const { process, lent, stopper } = stoppable();
  process.kill.mockImplementation(() => {
    expect(lent).toEqual(["given"]);
    process.emit("SIGCONT");
  });
  await stopper.stop();
  expect(process.kill).toHaveBeenCalledExactlyOnceWith(0, "SIGTSTP");
  expect(lent).toEqual(["given", "taken"]);
});

test("takes the terminal again where somebody else stopped and continued the program", async () => {
  const { process, lent, stopper } = stoppable();
  process.emit("SIGCONT");
  await vi.waitFor(() => expect(lent).toEqual(["given", "taken"]));
  stopper.close();
  expect(process.eventNames()).toEqual([]);
});
