import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { HookAgent } from "../src/agent.js";
import { HookAgentError } from "../src/errors.js";
import type { HookAgentOptions } from "../src/settings.js";
import { CaseServer, type CaseAnswer } from "./case-server.js";
import { mismatches, type Named } from "./matchers.js";

type Fields = Record<string, unknown>;

/** A contract case; clients/contract/README.md, "A case". */
export interface Case {
  about: string;
  env?: Record<string, string>;
  options?: Fields;
  spool_files?: Record<string, unknown[]>;
  server?: CaseAnswer[];
  listening?: boolean;
  calls: CaseCall[];
  expect: CaseExpectation;
}

interface CaseCall {
  call?: string;
  args?: unknown[];
  options?: Fields;
  returns?: unknown;
  raises?: string;
  within_ms?: number;
  await_requests?: number;
  server?: "up" | "refuse";
}

interface CaseExpectation {
  requests?: { request: string; headers?: Fields; body?: unknown; after_ms?: number }[];
  stderr?: string[] | "any";
  dead_letters?: unknown[];
  spool_files?: string[];
}

const defaults: Fields = {
  spool: false,
  flush_interval_ms: 60_000,
  heartbeat_ms: 0,
  backoff_ms: 10,
  backoff_max_ms: 50,
  request_timeout_ms: 2000,
  close_timeout_ms: 2000,
};

/** Runs a case against a real server, with its spool in `folder`; what is not as it says. */
export async function runCase(contractCase: Case, folder: string): Promise<string[]> {
  const { env = { SESSION_ID: "case" }, server: answers = [], listening = true, expect } = contractCase;
  await using server = new CaseServer(answers);
  await server.listen();
  if (!listening) await server.refuse();
  const spool = join(folder, "spool");
  const session = join(spool, env["SESSION_ID"] ?? "none");
  writeSpoolFiles(session, contractCase.spool_files ?? {});

  const stderr: string[] = [];
  const options = toOptions({ ...defaults, ...contractCase.options }, spool);
  const agent = new HookAgent({
    ...options,
    env: { SESSION_SERVICE_URL: server.url, ...env },
    onWarning: (line) => stderr.push(line),
  });
  const named: Named = new Map();
  const wrong: string[] = [];
  for (const [i, call] of contractCase.calls.entries()) {
    wrong.push(...(await makeCall(agent, server, call, named, `calls[${i}]`)));
  }
  await agent.close();
  return [
    ...wrong,
    ...server.unexpected.map((name) => `the case has no answer for ${name}`),
    ...checkRequests(expect.requests, server, named),
    ...checkLines(expect.stderr ?? [], stderr),
    ...mismatches(expect.dead_letters ?? [], readDeadLetters(session), named, "dead_letters"),
    ...checkLines(expect.spool_files ?? [], spoolFiles(session)),
  ];
}

/** Each with a line end, except a last text. */
function writeSpoolFiles(session: string, files: Record<string, unknown[]>): void {
  for (const [name, lines] of Object.entries(files)) {
    mkdirSync(session, { recursive: true, mode: 0o700 });
    const texts = lines.map((line, i) => {
      if (typeof line !== "string") return `${JSON.stringify(line)}\n`;
      return i === lines.length - 1 ? line : `${line}\n`;
    });
    writeFileSync(join(session, name), texts.join(""), { mode: 0o600 });
  }
}

function toOptions({ spool, ...options }: Fields, folder: string): HookAgentOptions {
  return {
    ...(camelKeys(make(options) as Fields) as HookAgentOptions),
    spool: spool === true ? folder : (spool as string),
  };
}

async function makeCall(
  agent: HookAgent,
  server: CaseServer,
  call: CaseCall,
  named: Named,
  path: string,
): Promise<string[]> {
  if (call.await_requests !== undefined) await server.requests(call.await_requests);
  if (call.server === "up") await server.listen();
  if (call.server === "refuse") await server.refuse();
  if (call.call === undefined) return [];
  const started = performance.now();
  const { value, error } = await perform(agent, call.call, call);
  const took = performance.now() - started;
  const late = call.within_ms !== undefined && took > call.within_ms ? [`${path}: took ${took} ms`] : [];
  if (call.raises !== undefined) {
    const code = error instanceof HookAgentError ? error.code : String(error);
    return code === call.raises ? late : [...late, `${path}: raised ${code} and not ${call.raises}`];
  }
  if (error !== undefined) return [...late, `${path}: raised ${String(error)}`];
  return Object.hasOwn(call, "returns") ? [...late, ...mismatches(call.returns, value, named, path)] : late;
}

async function perform(agent: HookAgent, name: string, { args = [], options }: CaseCall) {
  const method = camel(name) as "logAction";
  const given = make(args) as unknown[];
  const all = name === "start" ? given.map((fields) => camelKeys(fields as Fields)) : given;
  const most = name === "update_goal" || name === "complete_agent" ? 2 : 1;
  if (options && name !== "flush") while (all.length < most) all.push(undefined);
  if (options) all.push(camelKeys(options));
  try {
    return { value: await (agent[method] as (...values: unknown[]) => Promise<unknown>)(...all) };
  } catch (error) {
    return { error: error ?? new Error("raised nothing") };
  }
}

function camel(name: string): string {
  return name.replaceAll(/_([a-z])/g, (_match, letter: string) => letter.toUpperCase());
}

function camelKeys(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).map(([key, value]) => [camel(key), value]));
}

/** Puts what JSON cannot write in its places. */
function make(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(make);
  if (typeof value !== "object" || value === null) return value;
  const { $make, length, depth } = value as { $make?: string; length?: number; depth?: number };
  if ($make !== undefined) return makers[$make]!(length ?? depth ?? 0);
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, make(child)]));
}

const makers: Record<string, (size: number) => unknown> = {
  circular: () => {
    const loop: Fields = { name: "loop" };
    loop["self"] = loop;
    return loop;
  },
  nan: () => Number.NaN,
  infinity: () => Number.POSITIVE_INFINITY,
  opaque: () => () => {},
  date: () => new Date("2026-01-02T03:04:05Z"),
  set: () => new Set([1, 2]),
  bytes: () => new TextEncoder().encode("hi"),
  big_integer: () => 2n ** 70n,
  lone_surrogate: () => "\ud800",
  text: (length) => "x".repeat(length),
  deep: (depth) => {
    let value: unknown = 1;
    for (let i = 0; i < depth; i++) value = { in: value };
    return value;
  },
};

function checkRequests(expected: CaseExpectation["requests"], { seen }: CaseServer, named: Named): string[] {
  if (expected === undefined) return [];
  const names = seen.map(({ request }) => request);
  if (names.length !== expected.length)
    return [`requests: there were ${names.length}: ${JSON.stringify(seen).slice(0, 1000)}`];
  return expected.flatMap(({ request, headers = {}, body, after_ms: afterMs = 0 }, i) => {
    const path = `requests[${i}]`;
    const early = seen[i]!.atMs - (seen[i - 1]?.atMs ?? Number.NEGATIVE_INFINITY) < afterMs - 1;
    return [
      ...mismatches(request, seen[i]!.request, named, path),
      ...mismatches({ $partial: headers }, seen[i]!.headers, named, `${path}.headers`),
      ...(body === undefined ? [] : mismatches(body, seen[i]!.body, named, `${path}.body`)),
      ...(early ? [`${path}: came too early`] : []),
    ];
  });
}

function checkLines(expected: string[] | "any", lines: string[]): string[] {
  if (expected === "any") return [];
  const fits = expected.length === lines.length && expected.every((pattern, i) => new RegExp(pattern).test(lines[i]!));
  return fits ? [] : [`${JSON.stringify(lines)} is not ${JSON.stringify(expected)}`];
}

function readDeadLetters(session: string): unknown[] {
  const file = join(session, "dead-letter.jsonl");
  if (!existsSync(file)) return [];
  return readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
}

function spoolFiles(session: string): string[] {
  if (!existsSync(session)) return [];
  return readdirSync(session)
    .filter((name) => name !== "dead-letter.jsonl")
    .sort();
}
