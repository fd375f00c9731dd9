/** The lines of a body of text, without their newlines; holds one line at a time. */
export async function* linesOf(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  let pending: string[] = [];
  for await (const chunk of body) {
    const parts = decoder.decode(chunk, { stream: true }).split("\n");
    const last = parts.pop()!;
    for (const part of parts) {
      yield pending.length === 0 ? part : pending.join("") + part;
      pending = [];
    }
    if (last !== "") pending.push(last);
  }
  const line = pending.join("") + decoder.decode();
  if (line !== "") yield line;
}

/** The values as NDJSON, newline-terminated. */
export function toNdjson(values: readonly unknown[]): string {
  return values.map((value) => `${JSON.stringify(value)}\n`).join("");
}
