import { didYouMean } from "../core/nearest.js";

/*
 * Readers of single values. Each takes what a flag or an environment variable (text) or a config
 * file (any JSON) gives, and throws an Error whose message completes "<where>: …".
 */

export type Reader<T> = (value: unknown) => T;

export const readText: Reader<string> = (value) => {
  if (typeof value === "string" && value !== "") return value;
  throw new Error("must be a text that is not empty");
};

export const readPort: Reader<number> = (value) => {
  const port = typeof value === "string" && /^\d{1,5}$/.test(value) ? Number(value) : value;
  if (typeof port === "number" && Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new Error(`${show(value)} is not a port; give a number from 1 to 65535, or 0 for any free one`);
};

/** A port, or `none` for not listening. */
export const readPortOrNone: Reader<number | "none"> = (value) => {
  if (value === "none" || value === false) return "none";
  try {
    return readPort(value);
  } catch (cause) {
    throw new Error(`${(cause as Error).message}; or none`, { cause });
  }
};

const truths: Record<string, boolean> = {
  true: true,
  1: true,
  yes: true,
  on: true,
  false: false,
  0: false,
  no: false,
  off: false,
};

export const readBoolean: Reader<boolean> = (value) => {
  const truth = typeof value === "boolean" ? value : truths[String(value).toLowerCase()];
  if (truth !== undefined) return truth;
  throw new Error(`${show(value)} is neither true nor false`);
};

export function readChoice<T extends string>(choices: readonly T[]): Reader<T> {
  return (value) => {
    const choice = choices.find((each) => each === value);
    if (choice !== undefined) return choice;
    throw new Error(`${show(value)} is not one of ${choices.join(", ")}.${didYouMean(String(value), choices)}`);
  };
}

const sizeUnits: Record<string, number> = { "": 1, b: 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

/** Bytes: a number, or text such as `512kb` or `16mb`. */
export const readSize: Reader<number> = (value) => {
  const [, amount, unit] = /^(\d{1,15}(?:\.\d+)?)\s*(b|kb|mb|gb|)$/i.exec(String(value)) ?? [];
  const bytes = amount === undefined ? Number.NaN : Math.floor(Number(amount) * sizeUnits[unit!.toLowerCase()]!);
  if (bytes > 0 && bytes <= 2 ** 30) return bytes;
  throw new Error(`${show(value)} is not a size; give one such as 16mb, of at most 1gb`);
};

/** Origins as browsers send them; text may hold several with commas between them. */
export const readOrigins: Reader<string[]> = (value) => {
  const items: unknown[] = Array.isArray(value) ? value : [value];
  return items.flatMap((item) => readText(item).split(",")).map((item) => readOrigin(item.trim()));
};

function readOrigin(text: string): string {
  if (text === "*") return text;
  const origin = URL.canParse(text) ? new URL(text).origin : "null";
  if (origin !== "null" && /^https?:$/.test(new URL(text).protocol)) return origin;
  throw new Error(`'${text}' is not an origin; give one such as https://dashboard.example.org`);
}

function show(value: unknown): string {
  return `'${typeof value === "string" ? value : JSON.stringify(value)}'`;
}
