import { memo } from "react";
import type { JsonValue } from "../../core/json.js";
import type { FeedItem } from "../../view/feed-types.js";
import { formatClock, formatCost, formatCount, formatNumberOf, formatTime } from "../../view/format.js";
import { itemJson } from "../../view/item-json.js";
import { itemParts } from "../../view/item-parts.js";
import { itemText } from "../../view/item-text.js";
import { Badge, StatusDot } from "../shared/badge.js";
import { Button, IconButton } from "../shared/button.js";
import { Icon } from "../shared/icon.js";
import { durationWords } from "../shared/words.js";
import { JsonBlock } from "../shared/json-tokens.js";
import { iconOf, toneOf } from "./item-look.js";
import { ItemParts } from "./parts/item-parts.js";
import { Prose } from "./parts/prose.js";
import "./feed-row.css";

/** What a row can be asked for; the same functions for all rows, so that rows that did not change are not drawn again. */
export interface RowActions {
  select(key: string): void;
  toggle(key: string): void;
  toggleTurn(key: string): void;
  toggleRaw(key: string): void;
  copyLink(seq: number): void;
  copyJson(item: FeedItem): void;
  travel(seq: number): void;
}

export interface FeedRowProps {
  item: FeedItem;
  selected: boolean;
  open: boolean;
  raw: boolean;
  /** Of a prompt: what it set off is folded away. */
  folded: boolean;
  actions: RowActions;
}

/** One thing that happened. */
export const FeedRow = memo(function FeedRow(props: FeedRowProps) {
  const { item, selected, actions } = props;
  const name = `feed-${item.key}`;
  return (
    <article
      id={name}
      className={classesOf(props)}
      aria-labelledby={`${name}-label`}
      aria-current={selected || undefined}
      data-seq={item.seq}
      tabIndex={-1}
      style={{ "--depth": Math.min(item.depth, 6) } as React.CSSProperties}
      onClick={() => actions.select(item.key)}
    >
      <time
        className="feed-row-time"
        dateTime={Number.isNaN(item.at) ? undefined : new Date(item.at).toISOString()}
        title={`${formatTime(item.at)} · event ${item.seq}`}
      >
        {formatClock(item.at)}
      </time>
      <span className="feed-row-icon">
        <Icon name={iconOf(item)} size={14} />
      </span>
      <div className="feed-row-body">
        {isSaid(item) ? <Said {...props} name={name} /> : <Done {...props} name={name} />}
      </div>
      <div className="feed-row-end">
        <Outcome item={item} />
      </div>
      <More {...props} />
    </article>
  );
});

function isSaid({ kind }: FeedItem): boolean {
  return kind === "prompt" || kind === "message" || kind === "thinking";
}

function classesOf({ item, selected }: FeedRowProps): string {
  const tone = toneOf(item);
  const classes = ["feed-row", `feed-row-${item.kind}`];
  if (tone) classes.push(`feed-row-is-${tone}`);
  if (selected) classes.push("feed-row-selected");
  return classes.join(" ");
}

/** Everything that an item holds, once it is opened; what was said is there already. */
function More(props: FeedRowProps) {
  const { item, selected, open, raw } = props;
  const said = isSaid(item);
  if (!open && !raw && !(selected && said)) return null;
  return (
    <div className="feed-row-more">
      {open && !raw && !said && <ItemParts parts={itemParts(item)} />}
      {raw && <Raw item={item} />}
      <Actions {...props} />
    </div>
  );
}

/** What somebody said, to be read in full. */
function Said({ item, folded, name, actions }: FeedRowProps & { name: string }) {
  const { label } = itemText(item);
  const parts = itemParts(item);
  const isPrompt = item.kind === "prompt";
  // Whose words they are tells the icon; the label is for those who do not see it.
  const isQuiet = item.kind === "message" && item.draft === null;
  return (
    <>
      <div className={isQuiet ? "visually-hidden" : "feed-row-line"}>
        {isPrompt && item.stats && (
          <button
            type="button"
            className={`feed-row-fold ${folded ? "" : "feed-row-fold-open"}`}
            aria-expanded={!folded}
            aria-label={`${folded ? "Show" : "Fold"} what this prompt set off`}
            onClick={(event) => {
              event.stopPropagation();
              actions.toggleTurn(item.key);
            }}
          >
            <Icon name="chevron" size={12} />
          </button>
        )}
        <span className="feed-row-who" id={`${name}-label`}>
          {label}
        </span>
        {item.draft !== null && (
          <span className="feed-row-writing">
            <StatusDot tone="accent" busy /> writing
          </span>
        )}
        {isPrompt && <TurnFigures item={item} />}
      </div>
      {parts.map((part, index) =>
        part.kind === "markdown" ? <Prose key={index} text={part.text} /> : <ItemParts key={index} parts={[part]} />,
      )}
    </>
  );
}

/** What a prompt set off so far. */
export function TurnFigures({ item: { stats } }: { item: FeedItem }) {
  if (!stats) return null;
  const tokens = stats.tokens.input + stats.tokens.output + (stats.tokens.cacheRead ?? 0);
  return (
    <span className="feed-row-figures">
      {stats.status === "running" && (
        <span className="feed-row-writing">
          <StatusDot tone="accent" busy /> working
        </span>
      )}
      {stats.status === "error" && <Badge tone="error">failed</Badge>}
      {stats.status === "interrupted" && <Badge tone="wait">interrupted</Badge>}
      {stats.tools > 0 && <span>{formatNumberOf(stats.tools, "tool call")}</span>}
      {stats.failedTools > 0 && <span className="feed-row-failed">{stats.failedTools} failed</span>}
      {tokens > 0 && <span>{formatCount(tokens)} tokens</span>}
      {stats.cost > 0 && <span>{formatCost(stats.cost)}</span>}
      {stats.durationMs > 0 && <span>{durationWords(stats.durationMs)}</span>}
    </span>
  );
}

/** What was done: a line, and what came of it. */
function Done({ item, open, name, actions }: FeedRowProps & { name: string }) {
  const { label, text, outcome } = itemText(item);
  const failed = toneOf(item) === "error";
  return (
    <button
      type="button"
      className="feed-row-line feed-row-button"
      aria-expanded={open}
      onClick={(event) => {
        event.stopPropagation();
        actions.toggle(item.key);
      }}
    >
      <span className="feed-row-label" id={`${name}-label`}>
        {label}
      </span>
      <span className="feed-row-text">{text}</span>
      {outcome !== "" && !(open && item.kind === "tool") && (
        <span className={`feed-row-outcome ${failed ? "feed-row-outcome-error" : ""}`}>{outcome}</span>
      )}
    </button>
  );
}

function Outcome({ item }: { item: FeedItem }) {
  const tone = toneOf(item);
  const word = item.status === "running" || item.kind === "message" ? "" : item.status;
  return (
    <>
      {tone === "error" && <Badge tone="error">{word}</Badge>}
      {item.status === "interrupted" && <Badge tone="wait">interrupted</Badge>}
      {item.status === "running" && item.kind !== "message" && (
        <span className="feed-row-writing">
          <StatusDot tone={tone ?? "accent"} busy />
          <span className="feed-row-running">{item.kind === "wait" ? "waiting" : "running"}</span>
        </span>
      )}
      {item.durationMs !== null && item.kind !== "prompt" && (
        <span className="feed-row-duration">{durationWords(item.durationMs)}</span>
      )}
    </>
  );
}

function Raw({ item }: { item: FeedItem }) {
  const value: JsonValue = itemJson(item);
  return (
    <div className="feed-row-raw">
      <JsonBlock value={value} maxLines={1_000} />
    </div>
  );
}

function Actions({ item, raw, actions }: FeedRowProps) {
  const events = item.lastSeq === item.seq ? `event ${item.seq}` : `events ${item.seq} – ${item.lastSeq}`;
  return (
    <div className="feed-row-actions" onClick={(event) => event.stopPropagation()}>
      <Button kind="quiet" size="sm" aria-pressed={raw} onClick={() => actions.toggleRaw(item.key)}>
        Raw JSON
      </Button>
      <IconButton icon="copy" size="sm" label="Copy as JSON" onClick={() => actions.copyJson(item)} />
      <IconButton icon="link" size="sm" label="Copy a link to this event" onClick={() => actions.copyLink(item.seq)} />
      <Button
        kind="quiet"
        size="sm"
        icon="clock"
        title="State, goals and agents as they were after it"
        onClick={() => actions.travel(item.lastSeq)}
      >
        State then
      </Button>
      <span className="faint">{events}</span>
    </div>
  );
}
