/** What an event's line says at its start: enough to route it, without parsing it whole. */
export interface LineHead {
  type: string;
  sessionId: string;
  seq: number;
  cursor: string | undefined;
}

/** The shapes that `toEventLine` makes of a stored line with the usual stamp. */
const usual =
  /^\{(?:"type":"(action|response)",)?"sessionId":"([^"\\]+)",(?:"cursor":"([^"\\]+)",)?"seq":(\d+),"timestamp":"[^"\\]*","receivedAt":"[^"\\]*","eventId":"[^"\\]*",(?:"type":"([a-z_]+)")?/;

export function headOfLine(line: string): LineHead {
  const match = usual.exec(line);
  const type = match?.[1] ?? match?.[5];
  if (match && type !== undefined) return { type, sessionId: match[2]!, seq: Number(match[4]), cursor: match[3] };
  return parsedHead(line);
}

function parsedHead(line: string): LineHead {
  const { type, sessionId, seq, cursor } = JSON.parse(line) as Record<string, unknown>;
  return {
    type: String(type),
    sessionId: String(sessionId),
    seq: typeof seq === "number" ? seq : 0,
    cursor: typeof cursor === "string" ? cursor : undefined,
  };
}
