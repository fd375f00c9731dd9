import { formatAge, formatCost, formatCount, formatDuration, formatExact, formatTime } from "../../view/format.js";
import type { Metadata } from "../../core/metadata.js";
import type { State } from "../../core/state.js";
import { conditionOfSession, phaseText, stepText } from "../../view/row-words.js";
import { brief } from "../../view/safe-text.js";
import { StateSummary } from "../../view/summary.js";
import { sessionName } from "../../view/session-title.js";
import type { SessionSnapshot } from "../../view/session-view-types.js";
import { waitTitles } from "../../view/waiting.js";
import { bannerLine, connectionSpans } from "../list/list-header.js";
import { lookOf } from "../list/columns.js";
import { sparkline } from "../text/bars.js";
import { cut } from "../text/cells.js";
import { joinLines, span, spread, type Line } from "../text/line.js";
import type { Row } from "../text/row.js";

/** From this width on the id stands behind a title. */
const widthForId = 160;
const dot = span("  ·  ", "faint");

/** Who and what the session is, what it is at, and what it has cost: two rows. */
export function sessionHeader(snapshot: SessionSnapshot, place: string, now: number, width: number): Row[] {
  const { sessionId, connection } = snapshot;
  const { name, other } = sessionName(snapshot);
  const isTitle = other === sessionId;
  const title = [span(` ${isTitle ? cut(name, Math.max(24, Math.floor(width * 0.4))) : name}`, "title")];
  const server = [{ text: "  " }, ...connectionSpans(connection, width >= 100 ? place : ""), { text: " " }];
  if (!snapshot.metadata) return [{ line: spread(title, server, width) }, { line: [] }];
  const id: Line = isTitle && width >= widthForId ? [span(other, "faint")] : [];
  const first = joinLines([title, ...who(snapshot.metadata, now, width), id], dot);
  const figuresNow = figures(snapshot, now, width);
  return [
    { line: spread(first, server, width) },
    { line: spread(whatItIsAt(snapshot.moment.state), figuresNow, width) },
  ];
}

function who(metadata: Metadata, now: number, width: number): Line[] {
  const { userId, model, tags } = metadata;
  const { mark, word, style } = lookOf(conditionOfSession(metadata, now));
  return [
    [span(`${mark} ${word}`, style)],
    [span(brief(userId ?? "", 60), "muted")],
    [span(brief(model ?? "", 60), "muted")],
    width >= 110 ? [span(tags.map((tag) => brief(tag, 30)).join(" "), "faint")] : [],
  ];
}

function whatItIsAt(state: State | null): Line {
  if (!state) return [];
  const summary = new StateSummary(state).summary;
  return [{ text: " " }, ...joinLines([[span(phaseText(summary), "muted")], [span(stepText(summary))]], dot)];
}

function figures({ metadata, head, rate }: SessionSnapshot, now: number, width: number): Line {
  const { tokenUsage, cost, created, status, lastEventAt } = metadata!;
  const tokens = Math.max(tokenUsage.total, tokenUsage.input + tokenUsage.output);
  const begin = Date.parse(created);
  const ended = status === "active" ? now : Date.parse(lastEventAt);
  return [
    ...joinLines(
      [
        width >= 100 ? [span(sparkline(rate, 12, 3), "accent")] : [],
        [span(formatExact(head)), span(head === 1 ? " event" : " events", "muted")],
        tokens > 0 ? [span(formatCount(tokens)), span(" tok", "muted")] : [],
        cost > 0 ? [span(formatCost(cost))] : [],
        Number.isNaN(begin) ? [] : [span(formatDuration(ended - begin), "muted")],
      ],
      span("  ", "faint"),
    ),
    { text: " " },
  ];
}

/** What a person must not overlook: a lost connection, a time that is not now, someone who waits. */
export function sessionNotes(snapshot: SessionSnapshot, now: number, width: number): Row[] {
  const notes: Row[] = [];
  const banner = bannerLine(snapshot.connection, now);
  if (banner) notes.push({ line: banner, ground: "alert" });
  const moment = momentLine(snapshot, now, width);
  if (moment) notes.push({ line: moment, ground: "bar" });
  const { waiting } = snapshot;
  if (waiting) {
    const what = waiting.tool === null ? "" : `${brief(waiting.tool, 60)}  `;
    const left: Line = [
      span(` ◆ ${waitTitles[waiting.kind]}  `, "wait"),
      span(what, "strong"),
      span(brief(waiting.message, 300)),
    ];
    const since = waiting.since === null ? "" : `${formatAge(waiting.since, now)}  `;
    const right: Line = [
      span(since, "muted"),
      ...(waiting.kind === "permission" ? [span("a ", "key"), span("answer ", "muted")] : []),
    ];
    notes.push({ line: spread(left, right, width), ground: "alert" });
  }
  return notes;
}

function momentLine({ moment, mark, head }: SessionSnapshot, now: number, width: number): Line | null {
  if (moment.seq === null)
    return mark === null
      ? null
      : [span(` ⚐ mark at #${formatExact(mark)}`, "mark"), span("  d again shows what changed since", "muted")];
  const when = moment.at === null ? "" : `${formatTime(moment.at)}  ${formatAge(moment.at, now)} ago`;
  const left: Line = [
    span(" ◀ as it was after ", "mark"),
    span(`#${formatExact(moment.seq)}`, "strong"),
    span(` of ${formatExact(head)}  `, "muted"),
    ...(mark === null ? [] : [span(`⚐ #${formatExact(mark)}  `, "mark")]),
    span(when, "muted"),
    ...(moment.error ? [span(`  ${moment.error.message}`, "bad")] : []),
  ];
  const keys: [string, string][] =
    width >= 100
      ? [
          ["[ ]", "step"],
          ["{ }", "100"],
          ["t", "jump"],
          ["d", "mark"],
          ["L", "live"],
        ]
      : [
          ["[ ]", "step"],
          ["L", "live"],
        ];
  const right = keys.flatMap(([key, does]) => [span(`${key} `, "key"), span(`${does}  `, "muted")]);
  return spread(left, right, width);
}
