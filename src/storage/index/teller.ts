import type { EventLine } from "../file/stored-lines.js";

/** Tells a folder that the predecessor wrote as stored lines of events. */
export type Tell = (folder: string) => EventLine[];

/** Loads what reads the predecessor's folders only once there is one: most stores have none. */
export class Teller {
  tell: Tell | undefined;

  async load(): Promise<void> {
    this.tell = (await import("../file/predecessor.js")).readPredecessor;
  }
}
