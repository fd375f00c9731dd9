import type { Root, Type } from "protobufjs";
import { AppError } from "../../../core/errors.js";
import { otlpDescriptor } from "./descriptor.js";

/** What an exporter sends, by the address that it sends it to. */
export const signals = ["traces", "logs", "metrics"] as const;
export type Signal = (typeof signals)[number];

const requestTypes = {
  traces: "TracesRequest",
  logs: "LogsRequest",
  metrics: "MetricsRequest",
} satisfies Record<Signal, string>;

let root: Promise<Root> | undefined;

/** Loaded with the first protobuf body: most servers never see one. */
async function typeOf(name: string): Promise<Type> {
  root ??= import("protobufjs/light.js").then(({ default: protobuf }) => protobuf.Root.fromJSON(otlpDescriptor));
  return (await root).lookupType(name);
}

/**
 * The request in the shape of OTLP's JSON: 64-bit integers are decimal text; ids are still bytes.
 *
 * @throws AppError `invalid_input`
 */
export async function decodeRequest(signal: Signal, bytes: Uint8Array): Promise<unknown> {
  const type = await typeOf(requestTypes[signal]);
  try {
    return type.toObject(type.decode(bytes), { longs: String });
  } catch (cause) {
    const message = `The body is not an OTLP ${signal} request in protobuf. Is the Content-Type right?`;
    throw new AppError("invalid_input", message, { cause, issues: [{ path: "", message: "is not protobuf" }] });
  }
}

/** The answer to an export; no bytes at all where everything was taken. */
export async function encodeResponse(rejected: number, errorMessage: string): Promise<Uint8Array> {
  if (rejected === 0 && errorMessage === "") return new Uint8Array();
  const type = await typeOf("ExportResponse");
  return type.encode(type.fromObject({ partialSuccess: { rejected, errorMessage } })).finish();
}

/** The answer to a request that was refused. */
export async function encodeStatus(code: number, message: string): Promise<Uint8Array> {
  const type = await typeOf("Status");
  return type.encode(type.fromObject({ code, message })).finish();
}
