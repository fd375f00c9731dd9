import { AppError } from "../core/errors.js";
import type { Performance, Stage } from "./stage.js";
import { until } from "./until.js";

/** Has the model server hold a reply back: an application that asks for it stands still until it is released. */
export async function holdReply({ world }: Stage, reply: string): Promise<void> {
  await world.ask("model_server", "hold", reply);
}

export async function releaseReply({ world }: Stage, reply: string): Promise<void> {
  await world.ask("model_server", "release", reply);
}

/** Waits until an application asks for a reply that is held. @throws AppError where it ends before that */
export async function waitsFor(stage: Stage, reply: string, { application, running }: Performance): Promise<void> {
  let code: number | undefined;
  void running.ended.then((ended) => (code = ended));
  const isAsked = async () => {
    const waiting = JSON.parse(await stage.world.ask("model_server", "holds")) as Record<string, number>;
    if ((waiting[reply] ?? 0) > 0) return true;
    if (code === undefined) return false;
    throw new AppError("internal", `${application} ended with exit code ${code} before it asked for '${reply}'.`);
  };
  await until(`${application} to ask the model for '${reply}'`, isAsked, stage.signal);
}
