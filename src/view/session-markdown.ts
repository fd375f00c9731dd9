import { withoutColors } from "./ansi.js";
import { FeedBuilder } from "./feed.js";
import type { FeedItem } from "./feed-types.js";
import { formatCost, formatDuration, formatExact, formatTime } from "./format.js";
import { itemParts } from "./item-parts.js";
import type { ItemPart } from "./item-parts-types.js";
import { itemText } from "./item-text.js";
import { safeLine, safeLines } from "./safe-text.js";
import { sessionFigures } from "./session-figures.js";
import type { ViewSource } from "./source.js";

const pageSize = 1_000;
/** A call whose result has not come after so many events is told without it. */
const heldEvents = 4_000;
const mostLines = 200;

/** A session as Markdown to read and to share, in pieces; at most some thousand events are held at a time. */
export async function* sessionMarkdown(
  source: Pick<ViewSource, "session" | "events">,
  sessionId: string,
): AsyncGenerator<string> {
  const session = await source.session(sessionId);
  yield heading(session.metadata);
  const { eventCount: head } = session.metadata;
  let builder = new FeedBuilder({ toHead: true, state: session.state });
  let told = 0;
  for (let after = 0; after < head;) {
    const page = await source.events(sessionId, { after, before: head + 1, limit: pageSize });
    for (const event of page.events) builder.append(event);
    after = page.more ? (page.events.at(-1)?.seq ?? head) : head;
    if (after - told < heldEvents && after < head) continue;
    const shown = builder.items().filter(({ minor }) => !minor);
    yield shown
      .map(itemMarkdown)
      .join("")
      .replaceAll(/\n{3,}/g, "\n\n");
    builder = new FeedBuilder({ toHead: true, state: session.state });
    told = after;
  }
}

function heading(metadata: Parameters<typeof sessionFigures>[0]): string {
  const { sessionId, userId, model, status, created, lastEventAt, eventCount } = metadata;
  const { durationMs, tokens, cost } = sessionFigures(metadata, Date.parse(lastEventAt));
  const facts = [
    ["status", status],
    ["user", userId ?? ""],
    ["model", model ?? ""],
    ["began", formatTime(Date.parse(created))],
    ["duration", formatDuration(durationMs)],
    ["events", formatExact(eventCount)],
    ["tokens", tokens > 0 ? formatExact(tokens) : ""],
    ["cost", cost > 0 ? formatCost(cost) : ""],
  ].filter(([, value]) => value !== "");
  const rows = facts.map(([name, value]) => `| ${name} | ${cell(value!)} |\n`).join("");
  return `# ${safeLine(sessionId)}\n\n| | |\n| --- | --- |\n${rows}\n`;
}

function cell(text: string): string {
  return safeLine(text).replaceAll("|", "\\|");
}

/** An item as it is read: what was said as it was written, what was done under a line of its own. */
function itemMarkdown(item: FeedItem): string {
  const { label, text, outcome } = itemText(item);
  const parts = itemParts(item);
  if (item.kind === "prompt") return `\n## ${title(label, item)}\n\n${parts.map(partMarkdown).join("\n")}\n`;
  if (item.kind === "message") return `\n**${title(label, item)}**\n\n${parts.map(partMarkdown).join("\n")}\n`;
  const status = ["error", "denied", "rejected", "lost", "interrupted"].includes(item.status)
    ? ` — **${item.status}**`
    : "";
  const took = item.durationMs === null ? "" : ` (${formatDuration(item.durationMs)})`;
  const line = [text, item.kind === "tool" ? "" : outcome].filter((part) => part !== "").join(" → ");
  const summary = `- **${code(label)}** ${line === "" ? "" : code(line)}${took}${status}\n`;
  return item.kind === "tool" || item.kind === "wait"
    ? summary + indented(parts.map(partMarkdown).join("\n"))
    : summary;
}

function title(label: string, { at }: FeedItem): string {
  return `${label} · ${formatTime(at)}`;
}

function partMarkdown(part: ItemPart): string {
  const tell = tellers[part.kind] as (part: ItemPart) => string;
  return tell(part);
}

/** Each kind as Markdown. */
const tellers: { [K in ItemPart["kind"]]: (part: Extract<ItemPart, { kind: K }>) => string } = {
  markdown: ({ text }) => `${safeLines(text).join("\n").trim()}\n`,
  command: ({ command }) => fenced(command, "sh"),
  output: ({ text }) => fenced(withoutColors(text)),
  file: ({ text }) => fenced(text),
  error: ({ message }) => fenced(withoutColors(message)),
  edit: ({ before, after }) => fenced([...signed("-", before), ...signed("+", after)].join("\n"), "diff"),
  patch: ({ lines }) => fenced(lines.map(({ sign, text }) => (sign === "@" ? text : sign + text)).join("\n"), "diff"),
  json: ({ value }) => fenced(JSON.stringify(value, null, 2), "json"),
  image: ({ mediaType }) => `*(a picture, ${mediaType})*\n`,
  facts: ({ facts }) => bullets(facts.map(([name, value]) => `${safeLine(name)}: ${code(safeLine(value))}`)),
  tasks: ({ tasks }) =>
    bullets(tasks.map(({ text, status }) => `[${status === "completed" ? "x" : " "}] ${code(safeLine(text))}`)),
  links: ({ links }) => bullets(links.map(({ title, url }) => `${code(safeLine(title))} ${code(safeLine(url))}`)),
};

function bullets(lines: readonly string[]): string {
  return lines.map((line) => `- ${line}\n`).join("");
}

function signed(sign: string, text: string): string[] {
  return text === "" ? [] : text.split("\n").map((line) => sign + line);
}

/** A block of code that nothing in the text ends. */
function fenced(text: string, language = ""): string {
  const lines = safeLines(text.replace(/\n+$/, ""));
  const shown =
    lines.length > mostLines ? [...lines.slice(0, mostLines), `… ${lines.length - mostLines} more lines`] : lines;
  const longest = Math.max(2, ...shown.map((line) => /^\s*(`+)/.exec(line)?.[1]?.length ?? 0));
  const fence = "`".repeat(longest + 1);
  return `${fence}${language}\n${shown.join("\n")}\n${fence}\n`;
}

/** Text as code on one line. */
function code(text: string): string {
  const longest = Math.max(0, ...[...text.matchAll(/`+/g)].map(([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  const space = text.startsWith("`") || text.endsWith("`") ? " " : "";
  return fence + space + text + space + fence;
}

function indented(text: string): string {
  if (text === "") return "";
  return `\n${text
    .split("\n")
    .map((line) => (line === "" ? "" : `  ${line}`))
    .join("\n")}\n`;
}
