import { lexer, type MarkedToken, type Token, type Tokens } from "marked";
import { Fragment, memo, useMemo, type ReactNode } from "react";
import { safeLines } from "../../../view/safe-text.js";
import "./markdown.css";

/**
 * Markdown as elements: no HTML is made of it, and HTML in it is text. Pictures are not fetched, and
 * a link says where it leads.
 */
export const Markdown = memo(function Markdown({ text }: { text: string }) {
  const tokens = useMemo(() => lexer(safeLines(text).join("\n"), { gfm: true, breaks: true }), [text]);
  return <div className="markdown">{blocks(tokens)}</div>;
});

function blocks(tokens: readonly Token[]): ReactNode {
  return tokens.map((token, index) => <Fragment key={index}>{block(token as MarkedToken)}</Fragment>);
}

function block(token: MarkedToken): ReactNode {
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- what is no block stands in a line
  switch (token.type) {
    case "space":
    case "def":
      return null;
    case "heading":
      return <p className={`markdown-heading markdown-heading-${token.depth}`}>{inline(token.tokens)}</p>;
    case "paragraph":
      return <p>{inline(token.tokens)}</p>;
    case "text":
      return token.tokens ? inline(token.tokens) : unescaped(token.text);
    case "code":
      return (
        <pre className="markdown-code" tabIndex={0}>
          <code>{token.text}</code>
        </pre>
      );
    case "blockquote":
      return <blockquote>{blocks(token.tokens)}</blockquote>;
    case "list":
      return <List token={token} />;
    case "table":
      return <Table token={token} />;
    case "hr":
      return <hr />;
    default:
      return inlineToken(token);
  }
}

function List({ token }: { token: Tokens.List }) {
  const items = token.items.map((item, index) => (
    <li key={index} className={item.task ? "markdown-task" : undefined}>
      {item.task && (
        <input type="checkbox" checked={item.checked === true} disabled aria-label={item.checked ? "done" : "to do"} />
      )}
      {blocks(item.tokens.filter(({ type }) => type !== "checkbox"))}
    </li>
  ));
  return token.ordered ? <ol start={typeof token.start === "number" ? token.start : 1}>{items}</ol> : <ul>{items}</ul>;
}

function Table({ token }: { token: Tokens.Table }) {
  return (
    <div className="markdown-table" tabIndex={0} role="region" aria-label="Table">
      <table>
        <thead>
          <tr>
            {token.header.map((cell, index) => (
              <th key={index} style={{ textAlign: cell.align ?? undefined }}>
                {inline(cell.tokens)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {token.rows.map((row, index) => (
            <tr key={index}>
              {row.map((cell, column) => (
                <td key={column} style={{ textAlign: cell.align ?? undefined }}>
                  {inline(cell.tokens)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function inline(tokens: readonly Token[] | undefined): ReactNode {
  return tokens?.map((token, index) => <Fragment key={index}>{inlineToken(token as MarkedToken)}</Fragment>);
}

function inlineToken(token: MarkedToken): ReactNode {
  // oxlint-disable-next-line typescript/switch-exhaustiveness-check -- HTML and whatever else is text
  switch (token.type) {
    case "strong":
      return <strong>{inline(token.tokens)}</strong>;
    case "em":
      return <em>{inline(token.tokens)}</em>;
    case "del":
      return <del>{inline(token.tokens)}</del>;
    case "codespan":
      return <code className="markdown-codespan">{token.text}</code>;
    case "br":
      return <br />;
    case "link":
      return <SafeLink href={token.href}>{inline(token.tokens)}</SafeLink>;
    case "image":
      return <SafeLink href={token.href}>{`picture: ${token.text || token.href}`}</SafeLink>;
    case "escape":
      return token.text;
    case "text":
      return token.tokens ? inline(token.tokens) : unescaped(token.text);
    default:
      return token.raw;
  }
}

/** A link to the web; everything else that calls itself a link is text. */
function SafeLink({ href, children }: { href: string; children: ReactNode }) {
  const url = URL.canParse(href) ? new URL(href) : null;
  if (!url || !["http:", "https:", "mailto:"].includes(url.protocol)) {
    return (
      <span>
        {children} <span className="faint">({href})</span>
      </span>
    );
  }
  return (
    <a href={url.href} target="_blank" rel="noopener noreferrer nofollow" title={url.href}>
      {children}
    </a>
  );
}

const entities: Record<string, string> = { "&amp;": "&", "&lt;": "<", "&gt;": ">", "&quot;": '"', "&#39;": "'" };

/** Texts as they were written: some of the parser's come with entities. */
function unescaped(text: string): string {
  return text.replace(/&(?:amp|lt|gt|quot|#39);/g, (entity) => entities[entity]!);
}
