import { statSync } from "node:fs";
import { numberOf } from "../../core/number-of.js";
import { awayFor, droppedInputs, read, rejected, spoolRoot, spoolsIn, waiting, type Spool } from "../../hook/spool.js";
import type { CliContext } from "../context.js";
import { age } from "../time.js";
import { note, ok, problem, type Finding } from "./findings.js";

/** What waits to be sent, what never will be, and whether the folder is this user's alone. */
export function checkSpool({ env, now }: CliContext): Finding[] {
  const root = spoolRoot(env);
  if (root === undefined) {
    const message = "CLAUDE_SESSIONS_SPOOL is off: what agents tell while no server answers is lost.";
    return [note("spool", message, "unset CLAUDE_SESSIONS_SPOOL")];
  }
  const findings = spoolsIn(root).flatMap((spool) => [...backlog(spool, now()), ...refused(spool), ...dropped(spool)]);
  const all = [...permissions(root), ...findings];
  return all.length === 0 ? [ok("spool", `Nothing waits in ${root}.`)] : all;
}

function permissions(folder: string): Finding[] {
  const stats = statSync(folder, { throwIfNoEntry: false });
  if (stats === undefined) return [];
  if (process.getuid !== undefined && stats.uid !== process.getuid()) {
    return [problem("spool", `${folder} belongs to another user, so nothing is kept there.`, `sudo rm -r ${folder}`)];
  }
  if ((stats.mode & 0o077) !== 0)
    return [problem("spool", `Other users may look into ${folder}.`, `chmod -R go= ${folder}`)];
  return [];
}

function backlog(spool: Spool, now: number): Finding[] {
  const names = waiting(spool);
  if (names.length === 0) return [];
  const oldest = read(spool, names[0]!)?.time;
  const since = oldest === undefined ? "" : `, the oldest from ${age(oldest, now)}`;
  const away = awayFor(spool, now);
  const why = away === undefined ? "" : ` A server did not answer ${age(new Date(now - away).toISOString(), now)}.`;
  return [
    problem(
      "spool",
      `${numberOf(names.length, "hook input")} ${names.length === 1 ? "waits" : "wait"} in ${spool.folder}${since}.${why}`,
      "claude-sessions doctor --flush",
    ),
  ];
}

function refused(spool: Spool): Finding[] {
  const all = rejected(spool);
  if (all.length === 0) return [];
  const statuses = [...new Set(all.map(({ status }) => status))].join(", ");
  const folder = `${spool.folder}/rejected`;
  return [
    problem(
      "spool",
      `The server refused ${numberOf(all.length, "hook input")} for good (status ${statuses}), kept in ${folder}.`,
      `rm -r ${folder}   (once you have looked at them)`,
    ),
  ];
}

function dropped(spool: Spool): Finding[] {
  const times = droppedInputs(spool);
  const count = times.reduce((sum, each) => sum + each.count, 0);
  if (count === 0) return [];
  return [
    problem(
      "spool",
      `The spool was full and dropped ${numberOf(count, "hook input")}; the last at ${times.at(-1)!.at}.`,
      `rm ${spool.folder}/dropped   (once you know)`,
    ),
  ];
}
