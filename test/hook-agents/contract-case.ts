import { readdirSync, readFileSync } from "node:fs";
import * as z from "zod";

/** The form of `clients/contract/cases/*.json`; the README beside them says what it means. */

const json = z.json();
const headers = z.record(z.string(), z.string());
const requestLine = z.string().regex(/^(GET|POST|PATCH|DELETE) \/\S+$/);

const answerSchema = z.strictObject({
  on: requestLine,
  status: z.int().min(200).max(599).optional(),
  headers: headers.optional(),
  body: json.optional(),
  times: z.int().min(1).optional(),
  hang: z.literal(true).optional(),
  reset: z.literal(true).optional(),
  pass: z.literal(true).optional(),
});

const queued = ["log_action", "log_response", "update_state", "add_goal", "update_goal"] as const;
const direct = ["get_state", "resume", "heartbeat", "test_connection", "flush", "close"] as const;
const methods = [...queued, "spawn_agent", "complete_agent", "start", "finalize_session", ...direct] as const;

const stepSchema = z.union([
  z.strictObject({
    call: z.enum(methods),
    args: z.array(json).optional(),
    options: z.strictObject({ wait: z.boolean().optional(), timeout_ms: z.int().optional() }).optional(),
    returns: json.optional(),
    raises: z.enum(["no_session", "invalid_input", "too_large", "refused", "timeout", "unreachable"]).optional(),
    within_ms: z.int().optional(),
  }),
  z.strictObject({ await_requests: z.int().min(1) }),
  z.strictObject({ server: z.enum(["up", "refuse"]) }),
]);

const expectedRequestSchema = z.strictObject({
  request: requestLine,
  headers: z.record(z.string(), json).optional(),
  body: json.optional(),
  after_ms: z.int().optional(),
});

const optionsSchema = z.strictObject({
  session_id: z.string(),
  strict: z.boolean(),
  spool: z.union([z.boolean(), z.string()]),
  flush_interval_ms: z.int(),
  batch_size: z.int(),
  batch_bytes: z.int(),
  max_queue: z.int(),
  max_queue_bytes: z.int(),
  max_event_bytes: z.int(),
  request_timeout_ms: z.int(),
  close_timeout_ms: z.int(),
  backoff_ms: z.int(),
  backoff_max_ms: z.int(),
  heartbeat_ms: z.int(),
  redact: z.union([
    z.boolean(),
    z.strictObject({
      values: z.array(z.strictObject({ name: z.string(), pattern: z.string() })),
      keys: z.array(z.string()),
    }),
  ]),
});

export const contractCaseSchema = z.strictObject({
  about: z.string().regex(/^[A-Za-z].*\.$/),
  env: z.record(z.string(), z.string()).optional(),
  options: optionsSchema.partial().optional(),
  spool_files: z.record(z.string(), z.array(z.union([z.string(), z.record(z.string(), json)]))).optional(),
  server: z.array(answerSchema).optional(),
  listening: z.boolean().optional(),
  calls: z.array(stepSchema).min(1),
  expect: z.strictObject({
    requests: z.array(expectedRequestSchema).optional(),
    stderr: z.union([z.literal("any"), z.array(z.string())]).optional(),
    dead_letters: z.array(json).optional(),
    spool_files: z.array(z.string()).optional(),
  }),
});

export type ContractCase = z.infer<typeof contractCaseSchema>;
export type ScriptedAnswer = z.infer<typeof answerSchema>;
export type ExpectedRequest = z.infer<typeof expectedRequestSchema>;

const folder = new URL("../../clients/contract/cases/", import.meta.url);

/** Every case by its name, unchecked. */
export function readContractCases(): { name: string; value: unknown }[] {
  return readdirSync(folder)
    .filter((file) => file.endsWith(".json"))
    .map((file) => ({
      name: file.slice(0, -".json".length),
      value: JSON.parse(readFileSync(new URL(file, folder), "utf8")),
    }));
}
