import { statSync } from "node:fs";
import { connect } from "node:net";
import { numberOf } from "../../core/number-of.js";
import { isLoopback } from "../../server/hosts.js";
import { nodeFetch } from "../node-fetch.js";
import { age } from "../time.js";
import { version } from "../version.js";
import { note, ok, problem, type Finding } from "./findings.js";

/** A server's clock further off than this makes times of events wrong. */
const mostSkewMs = 2_000;
const patienceMs = 3_000;

interface Health {
  status?: string;
  version?: string;
  storage?: string;
  writable?: boolean;
  reason?: string;
}

interface Source {
  source: string;
  reports: number;
  events: number;
  lastAt: string | null;
  leftOut?: number;
  dropped: number;
  drops: { at: string; reason: string }[];
}

/** What the server at `url` says of itself. `serve` is the command that would start it. */
export async function checkServer(url: string, now: () => number): Promise<Finding[]> {
  const started = now();
  const answer = await get(url, "/health");
  if (typeof answer === "string") return [await noServer(url, answer)];
  const health = answer.body as Health;
  if (health.status !== "ok") return [noServerOfOurs(url, answer)];
  const middle = (started + now()) / 2;
  return [
    ok("server", `claude-sessions ${health.version} answers at ${url}.`),
    ...versions(health),
    ...clock(answer.date, middle),
    ...storage(url, health),
    ...(await sources(url, now())),
  ];
}

type Answer = { status: number; date: string | null; body: unknown };

function noServerOfOurs(url: string, { status, body }: Answer): Finding {
  const { code, error } = body as { code?: string; error?: string };
  if (code === "host_refused")
    return problem("server", `${url}: ${error}`, "claude-sessions serve --host 0.0.0.0   (on that machine)");
  if (status >= 500) {
    return problem("server", `What answers at ${url} answers with ${status}.`, "restart the server; its log says why");
  }
  const answered = status >= 400 ? ` It answers with ${status}.` : "";
  return problem(
    "server",
    `What answers at ${url} is no claude-sessions server.${answered}`,
    "claude-sessions doctor --url <url of the server>",
  );
}

async function get(url: string, path: string): Promise<Answer | string> {
  try {
    const response = await nodeFetch(`${url}${path}`, {
      method: "GET",
      headers: {},
      signal: AbortSignal.timeout(patienceMs),
    });
    const text = await response.text();
    return { status: response.status, date: response.headers.get("date"), body: parsed(text) };
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException;
    return name === "TimeoutError" || name === "AbortError" ? "hangs" : (code ?? "fails");
  }
}

function parsed(text: string): unknown {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === "object" && value !== null ? value : {};
  } catch {
    return {};
  }
}

async function noServer(url: string, reason: string): Promise<Finding> {
  const { hostname, port } = new URL(url);
  const start = isLoopback(hostname)
    ? `claude-sessions serve${port === "9000" ? "" : ` --port ${port || 80}`}`
    : "claude-sessions serve --host 0.0.0.0   (on that machine)";
  if (reason === "hangs" && (await accepts(hostname, Number(port || 80)))) {
    return problem(
      "server",
      `What listens at ${url} takes connections and does not answer within ${patienceMs / 1000} s.`,
      "restart the server; its log says what it was doing",
    );
  }
  return problem("server", `No server answers at ${url} (${reason}). What agents tell meanwhile is kept.`, start);
}

function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, timeout: patienceMs });
    const done = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.on("connect", () => done(true));
    socket.on("error", () => done(false));
    socket.on("timeout", () => done(false));
  });
}

function versions({ version: theirs }: Health): Finding[] {
  if (theirs === version) return [];
  return [
    note(
      "version",
      `The server is ${theirs}, and this command ${version}.`,
      "npm install -g claude-sessions@latest   (on both)",
    ),
  ];
}

/** The Date header counts whole seconds. */
function clock(date: string | null, here: number): Finding[] {
  if (date === null || Number.isNaN(Date.parse(date))) return [];
  const skew = Date.parse(date) + 500 - here;
  if (Math.abs(skew) <= mostSkewMs) return [ok("clock", "The server's clock and this machine's agree.")];
  const seconds = (Math.abs(skew) / 1000).toFixed(1);
  return [
    problem(
      "clock",
      `The server's clock is ${seconds} s ${skew > 0 ? "ahead of" : "behind"} this machine's.`,
      "sudo timedatectl set-ntp true   (on the machine that is wrong)",
    ),
  ];
}

function storage(url: string, { storage: path = "", writable = true, reason }: Health): Finding[] {
  if (!writable)
    return [
      problem(
        "storage",
        `The server refuses writes: ${reason ?? "its storage fails"}.`,
        `df -h ${path}; ls -ld ${path}`,
      ),
    ];
  const stats = isLoopback(new URL(url).hostname) ? statSync(path, { throwIfNoEntry: false }) : undefined;
  if (stats !== undefined && (stats.mode & 0o022) !== 0) {
    return [problem("storage", `Other users may write to ${path}.`, `chmod go-w ${path}`)];
  }
  return [ok("storage", `Sessions are stored in ${path}.`)];
}

async function sources(url: string, now: number): Promise<Finding[]> {
  const answer = await get(url, "/api/ingest");
  const list = typeof answer === "string" ? undefined : (answer.body as { sources?: Source[] }).sources;
  if (list === undefined) return [];
  if (list.length === 0) return [note("sources", "No agent has told this server anything since it started.")];
  return list.flatMap((source) => [arrived(source, now), ...droppedBy(source, now)]);
}

function arrived({ source, reports, events, lastAt, leftOut = 0 }: Source, now: number): Finding {
  const when = lastAt === null ? "never" : age(lastAt, now);
  const rest = leftOut === 0 ? "" : ` ${numberOf(leftOut, "record")} of its telemetry told nothing of a session.`;
  return ok(
    source,
    `${numberOf(reports, "report")} since the server started, made into ${numberOf(events, "event")}; the last came ${when}.${rest}`,
  );
}

function droppedBy({ source, dropped, drops }: Source, now: number): Finding[] {
  const last = drops.at(-1);
  if (dropped === 0) return [];
  const why = last === undefined ? "" : ` The last, ${age(last.at, now)}: ${last.reason}.`;
  return [
    note(source, `Nothing could be made of ${numberOf(dropped, "report")}.${why}`, "the server's log shows each"),
  ];
}
