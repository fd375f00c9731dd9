import { download } from "./client/download.js";
import { measureDelivery, measureFloor } from "./client/latency.js";
import { load } from "./client/load.js";
import { subscribe, type SubscribeOptions, type Subscribers } from "./client/subscribers.js";
import { answerCommands } from "./program.js";

/*
 * The clients of all measurements. In a process of its own, so that what they cost is never taken
 * for the server's, and kept for a whole measurement, so that every round meets the same warm code.
 */

let subscribers: Subscribers | undefined;

const commands = {
  load,
  download,
  measureDelivery,
  measureFloor,
  async subscribe(options: SubscribeOptions): Promise<void> {
    subscribers?.close();
    subscribers = await subscribe(options);
  },
  /** Resolves once the subscribers have received this many messages in all. */
  async untilReceived(total: number): Promise<void> {
    await subscribers!.until(total);
  },
  unsubscribe(_: null): void {
    subscribers?.close();
    subscribers = undefined;
  },
};

export type ClientCommands = typeof commands;

answerCommands(commands);
